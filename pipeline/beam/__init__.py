"""Where the data stages run: flags of Beam's, and workers that can do Graft's work."""
