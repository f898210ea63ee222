"""Augment: random views of the training pictures, reduced once to the frozen trunk's features."""
