"""Trainer where `task` is `reinforcement`: a trunk that acts, and learns from reward."""
