"""Measurements that back the README's figures; each prints what it measured and against what."""
