"""Tests of ExampleValidator."""
