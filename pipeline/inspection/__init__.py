"""Reads what ML Metadata and the runs' folders hold, without TensorFlow and without writing anything."""
