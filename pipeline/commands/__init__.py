"""What `pipeline_runner.py` can be asked, one file a command; runs and compiles are done by `runners/`."""
