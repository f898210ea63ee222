"""How the stages are wired, configured and run; what each stage does lives in `components/`."""

VERSION = "0.3.0"
