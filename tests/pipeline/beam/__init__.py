"""Tests of Beam's flags and of its workers."""
