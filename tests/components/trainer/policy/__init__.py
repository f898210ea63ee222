"""Tests of the policy's learner."""
