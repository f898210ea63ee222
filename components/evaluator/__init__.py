"""Evaluator: the exported SavedModel on pictures it never saw, slice by slice, and the gate."""
