"""Tests of what a policy acts in."""
