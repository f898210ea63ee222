"""Tuner: tries recipes on the cached features, and hands the best one to Trainer."""
