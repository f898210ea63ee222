"""Evaluator where `task` is `reinforcement`: a policy, judged by what its actions earn."""
