"""File names are bytes; ML Metadata, TensorFlow and YAML want text."""

from pipeline.errors import InputError


def printable(text: str) -> str:
    """File names are bytes; those that are no UTF-8 become readable escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def check_text(path: str, what: str) -> None:
    """Asks that a path is text.

    Args:
        path: as Python reads it from the command line or the system.
        what: lies there.

    Raises:
        InputError: it holds bytes that are no UTF-8.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"the path of the {what}, `{printable(path)}`, is no UTF-8. Rename the folder, or reach it by "
            "another path."
        ) from None
