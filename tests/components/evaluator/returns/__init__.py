"""Tests of what a policy earns."""
