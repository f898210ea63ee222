"""A policy judged by its returns."""
