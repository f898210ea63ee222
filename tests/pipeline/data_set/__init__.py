"""Tests of a data set looked at without a run."""
