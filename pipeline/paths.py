"""Paths that ML Metadata, TensorFlow and YAML can hold: file names are bytes, these want text."""

from pipeline.errors import InputError


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
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise InputError(
            f"the path of the {what}, `{shown}`, is no UTF-8. Rename the folder, or reach it by another path."
        ) from None
