"""Trainer: a new head on a frozen trunk, then the trunk from the top down, then one SavedModel."""
