"""Tests of reading, splitting and refusing pictures."""
