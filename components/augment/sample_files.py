"""Where Augment's samples lie in its artifact. Imports neither TensorFlow nor TFX: reports read them.

samples/samples.json          path and label of each picture, and the names of its views
samples/<picture>.<view>.jpg  numbered from 0, in the order of samples.json
"""

FOLDER, FILE = "samples", "samples.json"


def picture_file(picture: int, view: int) -> str:
    """The name of one view of one picture."""
    return f"{picture}.{view}.jpg"
