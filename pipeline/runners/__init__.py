"""Where the pipeline runs: one file a place, all of them around `pipeline.pipeline.create_pipeline`."""
