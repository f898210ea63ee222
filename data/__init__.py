"""The sample data: what it is, where it comes from, and how it becomes labelled pictures."""
