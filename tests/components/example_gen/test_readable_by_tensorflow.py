"""A picture that was accepted must not stop Transform or the served model: both read it with TensorFlow."""

import pytest
import tensorflow as tf

from components.example_gen.picture import UnreadablePictureError, read_picture
from tests import pictures

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lost", [1, 4, 12, 16])
def test_accepted_png_is_readable_cut_short(lost: int) -> None:
    check_readable(pictures.plain_png()[:-lost], "a.png")


@pytest.mark.parametrize("name", ["jpeg.jpg", "grey.jpeg", "plain.png", "grey.png", "deep_colour.png"])
def test_accepted_picture_is_readable_damaged(name: str) -> None:
    content = pictures.ODD_FORMS[name]()
    for place in range(len(content)):
        check_readable(bytes([*content[:place], content[place] ^ 0x5A, *content[place + 1 :]]), name)


def check_readable(content: bytes, name: str) -> None:
    """What is not refused must not stop Transform later: TensorFlow is stricter than Pillow."""
    try:
        picture = read_picture(content, name, 10**6)
    except UnreadablePictureError:
        return
    shape = tf.io.decode_image(picture.content, channels=3, expand_animations=False).shape
    assert shape == (picture.height, picture.width, 3)


@pytest.mark.parametrize("name", sorted(pictures.ODD_FORMS))
def test_accepted_odd_form_is_readable(name: str) -> None:
    check_readable(pictures.ODD_FORMS[name](), name)
