"""Text of others on a terminal: nothing in it breaks a line, moves the cursor, or cannot be printed."""

import unicodedata

_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories that break a line, steer a terminal, or (bytes that are no UTF-8) cannot be printed."""


def visible(text: str) -> str:
    r"""Names of files, classes and columns are anybody's: `\x1b` in one is shown as these four letters."""
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _UNPRINTABLE else letter
        for letter in text
    )
