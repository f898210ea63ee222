"""Where the templates lie, and where what is made of them goes."""

import os
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
REPORT_FILE, CARD_FILE = "report.html", "model_card.md"


def write_whole(file: Path, text: str) -> Path:
    """Writes a file, whole or not at all, and returns where it is."""
    unfinished = file.with_name(f".{file.name}")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
    return file
