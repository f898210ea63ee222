"""Which features the statistics describe."""

from components import features
from components.described import described


def test_label_measures_and_columns_each_once() -> None:
    columns = ["cell_type", "size_bucket", features.LABEL, features.WIDTH]
    assert described(columns) == [
        features.LABEL,
        features.WIDTH,
        features.HEIGHT,
        features.CHANNELS,
        features.BRIGHTNESS,
        "cell_type",
        "size_bucket",
    ]


def test_nothing_large_and_no_names() -> None:
    assert not {features.IMAGE, features.PATH, features.IMAGE_ID} & set(described([]))
