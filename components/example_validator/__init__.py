"""ExampleValidator: holds every split against the schema, against train, and against the last run."""
