"""A policy that learns from reward: rollouts, advantages, updates, judgements, and a phase of them all."""
