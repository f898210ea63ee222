"""ImageExampleGen: labelled pictures to examples, already split, with a list of what was refused."""
