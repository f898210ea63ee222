"""Tests of Ensemble."""
