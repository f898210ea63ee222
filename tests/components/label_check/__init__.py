"""Tests of LabelCheck."""
