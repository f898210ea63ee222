"""What the statistics describe: the features that a schema speaks of, besides the picture itself.

StatisticsGen summarises these, SchemaGen expects these, ExampleValidator judges these. The pictures'
bytes and names stay out: their histograms would be megabytes of noise.
"""

from collections.abc import Iterable

from components.features import BRIGHTNESS, CHANNELS, HEIGHT, LABEL, WIDTH

MEASURES = (WIDTH, HEIGHT, CHANNELS, BRIGHTNESS)
"""What is measured of each picture, as numbers."""


def described(columns: Iterable[str]) -> list[str]:
    """Label, measures, and `columns`: those that slices are made of. Each once."""
    return list(dict.fromkeys((LABEL, *MEASURES, *columns)))
