"""The sections of the config, one file each, named as the section is; short ones are in `pipeline.config`."""
