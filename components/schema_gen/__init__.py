"""SchemaGen: what the examples must look like, inferred at first, then reviewed and frozen."""
