"""Tests of settings, workspace and command line."""
