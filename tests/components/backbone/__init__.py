"""Tests of the pre-trained trunks."""
