"""What each stage of the pipeline does, one room a stage, named as the node is named."""
