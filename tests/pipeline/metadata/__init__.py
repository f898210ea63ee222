"""Tests of where ML Metadata is kept, on real servers where the machine has them."""
