"""How the stages are wired, configured and run; what each stage does lives in `components/`."""

import os

VERSION = "0.3.0"

# ML Metadata's client for PostgreSQL tells of every connection; it asks for this when it is loaded.
os.environ.setdefault("GLOG_minloglevel", "2")
