"""Tests of Trainer."""
