"""Tests of Augment."""
