"""Answers for new pictures from a pushed model alone: no config, no metadata, no training code."""
