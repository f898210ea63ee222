"""Where Glimpse's window lies, and what it shows.

A picture is first brought to the scale at which a window has the side that the trunk takes; from then on a
glimpse is a slice. So a step costs microseconds, and training and serving, which share that one resizing
(`served_window.py`), see the same pixels to the bit.
"""

import numpy as np

from pipeline.errors import InputError
from pipeline.settings.environment import GlimpseConfig

MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""The first actions, in this order: steps in columns and rows."""
LARGEST_SIDE = 4096
"""Of a picture at the window's scale, pixels: 48 MiB of it."""


def picture_side(size: int, config: GlimpseConfig) -> int:
    """Side of the square that a whole picture is brought to, pixels.

    Args:
        size: side of the window as it is shown, pixels: what the trunk takes.
        config: says which share of the picture a window is.

    Raises:
        InputError: the window is so small a share that the picture would be larger than `LARGEST_SIDE`.
    """
    side = round(size / config.window)
    if side > LARGEST_SIDE:
        raise InputError(
            f"environment.glimpse.window ({config.window:g}) is too small: shown at {size} pixels, it makes "
            f"the whole picture {side} pixels wide, and {LARGEST_SIDE} are the most. Raise it to "
            f"{size / LARGEST_SIDE:.3f} or more."
        )
    return side


def window_size(side: int, config: GlimpseConfig) -> int:
    """Side of the window in a picture of this side: undoes `picture_side`."""
    return round(side * config.window)


def start(config: GlimpseConfig) -> tuple[int, int]:
    """Column and row of the first glimpse: the middle, or the place right below and beside it."""
    return config.positions // 2, config.positions // 2


def moved(place: tuple[int, int], action: int, config: GlimpseConfig) -> tuple[int, int]:
    """Column and row after a move, 0 to 3 as in `MOVES`; one at the border stays."""
    (column, row), (right, down) = place, tuple(MOVES.values())[action]
    last = config.positions - 1
    return min(max(column + right, 0), last), min(max(row + down, 0), last)


def offsets(side: int, config: GlimpseConfig) -> np.ndarray:
    """Where windows begin, from the left or from the top: int64 [positions], pixels, from edge to edge."""
    places = np.arange(config.positions)
    return places * (side - window_size(side, config)) // (config.positions - 1)


def window(picture: np.ndarray, column: int, row: int, config: GlimpseConfig) -> np.ndarray:
    """What the window shows.

    Args:
        picture: uint8 [side, side, 3].
        column: 0 to positions - 1, from the left.
        row: likewise, from the top.
        config: of the environment.

    Returns:
        uint8 [size, size, 3], a new array.
    """
    side = picture.shape[0]
    begin, size = offsets(side, config), window_size(side, config)
    return picture[begin[row] : begin[row] + size, begin[column] : begin[column] + size].copy()


def numbers_count(config: GlimpseConfig) -> int:
    """How many numbers an observation has."""
    return 3 + config.positions**2


def numbers(column: int, row: int, step: int, visited: np.ndarray, config: GlimpseConfig) -> np.ndarray:
    """What a policy knows besides the window.

    Args:
        column: of the window, from the left.
        row: of the window, from the top.
        step: actions taken so far, 0 to budget.
        visited: bool [positions * positions], row by row: where the window has been, or is.
        config: of the environment.

    Returns:
        float32 [3 + positions * positions], all of them 0 to 1: x, y, the share of the budget that is left,
        and what was visited.
    """
    along, left = shares(config)
    return np.concatenate([[along[column], along[row], left[step]], visited]).astype(np.float32)


def shares(config: GlimpseConfig) -> tuple[np.ndarray, np.ndarray]:
    """float32 [positions], 0 to 1: where each place lies; float32 [budget + 1]: what is left at each step."""
    along = np.arange(config.positions) / (config.positions - 1)
    left = 1 - np.arange(config.budget + 1) / config.budget
    return along.astype(np.float32), left.astype(np.float32)
