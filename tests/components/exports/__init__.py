"""Tests of the other formats."""
