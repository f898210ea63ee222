"""Tests of Evaluator."""
