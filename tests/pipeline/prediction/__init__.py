"""Tests of the answers of pushed models."""
