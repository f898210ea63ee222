"""Where the templates lie, and the names of what is made of them."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
REPORT_FILE, CARD_FILE = "report.html", "model_card.md"
