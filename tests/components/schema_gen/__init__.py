"""Tests of SchemaGen."""
