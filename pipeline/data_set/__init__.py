"""A data set looked at without a run: judged, told in tables, drawn on a contact sheet."""
