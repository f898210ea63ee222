"""Tests of listing rows, whatever the data looks like."""
