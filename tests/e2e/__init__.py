"""The whole pipeline through its command line: real TFX, real Beam, real weights, real photos."""
