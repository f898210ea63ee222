"""A data set with planted faults: what was done to each file is known, so that what is found can be counted.

Synopsis:
    truth = generate(Path("planted"), count=10_000, seed=0)
    truth.pictures      # class folders
    truth.manifest      # the same pictures with splits and groups that leak
    truth.files[0].kinds, truth.copies("resized")
"""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from benchmarks.faults import FAULTS, encode
from benchmarks.scenes import scene

CLASSES = tuple(f"class_{number}" for number in range(8))
RARE_CLASS, RARE_COUNT = "rare", 9
COPIES = ("exact", "re_encoded", "resized", "altered")
LINKS = ("missing", "outside")
_SPLITS, _SHARES = ("train", "eval", "test"), (0.7, 0.1, 0.2)
_GROUP_SIZE = 5
_LEAKING_GROUPS = 20
"""One group in so many has a member in another split."""
_PER_JOB = 100


@dataclass(frozen=True)
class Planted:
    """One file and what was planted in it.

    Attributes:
        path: below the class folders' root.
        label: class.
        split: as the manifest gives it.
        group: as the manifest gives it.
        scene: number of the picture that it was made from.
        fault: from `FAULTS` or `LINKS`; empty for a good picture.
        copy_of: path of the picture that it is a copy of.
        how: one of `COPIES`.
    """

    path: str
    label: str
    split: str
    group: str
    scene: int
    fault: str = ""
    copy_of: str = ""
    how: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What must be found in this file alone."""
        return FAULTS[self.fault].kinds if self.fault in FAULTS else (self.fault,) if self.fault else ()


@dataclass(frozen=True)
class Truth:
    """What was planted.

    Attributes:
        root: holds the manifest and the class folders; nothing outside of it may be read.
        files: all, by path.
    """

    root: Path
    files: tuple[Planted, ...]
    by_path: dict[str, Planted] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_path", {file.path: file for file in self.files})

    @property
    def pictures(self) -> Path:
        """The class folders' root."""
        return self.root / "pictures"

    @property
    def manifest(self) -> Path:
        """CSV with path, label, split and group."""
        return self.root / "manifest.csv"

    @property
    def labels(self) -> set[str]:
        """The classes."""
        return {file.label for file in self.files}

    def copies(self, *how: str) -> list[tuple[Planted, Planted]]:
        """Original and copy, for the given ones of `COPIES`."""
        return [(self.by_path[file.copy_of], file) for file in self.files if file.how in how]

    def with_kind(self, kind: str) -> set[str]:
        """Paths of the files in which `kind` was planted."""
        return {file.path for file in self.files if kind in file.kinds}


def generate(folder: Path, count: int, seed: int = 0, processes: int = 2) -> Truth:
    """Writes the data set; the same one for the same count and seed.

    Args:
        folder: empty or not there; it gets `data/`, and `elsewhere/`, which links lead to.
        count: of files, 150 or more.
        seed: of everything.
        processes: that draw and write.
    """
    truth = Truth(folder / "data", tuple(sorted(_plan(count, seed), key=lambda file: file.path)))
    for label in (*CLASSES, RARE_CLASS):
        (truth.pictures / label).mkdir(parents=True)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "picture.png").write_bytes(encode(Image.new("L", (64, 64)), "PNG"))
    parts = [truth.files[start : start + _PER_JOB] for start in range(0, count, _PER_JOB)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(partial(_write_some, folder, seed), parts))
    with open(truth.manifest, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("path", "label", "split", "group"))
        rows.writerows((f"pictures/{one.path}", one.label, one.split, one.group) for one in truth.files)
    return truth


def other(draws: np.random.Generator, names: Sequence[str], name: str) -> str:
    """Another name than `name`, by chance."""
    return str(draws.choice([each for each in names if each != name]))


# --------------------------------------------------------------------------------------------------
# Plan
# --------------------------------------------------------------------------------------------------


def _plan(count: int, seed: int) -> Iterator[Planted]:
    draws = np.random.default_rng(seed)
    copies = max(4, count // 50)
    faults = [name for name in (*FAULTS, *LINKS) for _ in range(max(1, count // 400))]
    good = count - len(faults) - copies * len(COPIES) - RARE_COUNT
    if good < copies * len(COPIES):
        raise ValueError(f"count must leave room for good pictures. Received: count={count}")
    names = iter(draws.permutation(count))
    originals = [_file(draws, next(names), seed, number) for number in range(good)]
    originals = list(_grouped(draws, originals))
    yield from originals
    for number, how in enumerate(COPIES * copies):
        yield _copy(originals[number], next(names), how, draws)
    for number in range(RARE_COUNT):
        file = _file(draws, next(names), seed, good + number, label=RARE_CLASS)
        yield replace(file, split="train")
    for number, fault in enumerate(faults):
        yield _file(draws, next(names), seed, good + RARE_COUNT + number, fault=fault)


def _file(
    draws: np.random.Generator, name: int, seed: int, number: int, label: str = "", fault: str = ""
) -> Planted:
    label = label or str(draws.choice(CLASSES))
    extension = FAULTS[fault].extension if fault in FAULTS else _extension(seed, number)
    split = str(draws.choice(_SPLITS, p=_SHARES))
    return Planted(f"{label}/{name:06}{extension}", label, split, f"alone_{name}", number, fault)


def _grouped(draws: np.random.Generator, files: Sequence[Planted]) -> Iterator[Planted]:
    """Series of pictures of one sender in one split; in some, the last one strays."""
    for number, file in enumerate(files):
        group = number // _GROUP_SIZE
        split = files[group * _GROUP_SIZE].split
        if group % _LEAKING_GROUPS == 0 and number % _GROUP_SIZE == _GROUP_SIZE - 1:
            split = other(draws, _SPLITS, split)
        yield replace(file, split=split, group=f"sender_{group}")


def _copy(original: Planted, name: int, how: str, draws: np.random.Generator) -> Planted:
    """Half of them under another label, half of them in another split."""
    label = original.label if draws.random() < 0.5 else other(draws, CLASSES, original.label)
    split = original.split if draws.random() < 0.5 else other(draws, _SPLITS, original.split)
    extension = Path(original.path).suffix if how == "exact" else ".png" if name % 5 == 0 else ".jpg"
    path = f"{label}/{name:06}{extension}"
    return Planted(path, label, split, f"alone_{name}", original.scene, copy_of=original.path, how=how)


# --------------------------------------------------------------------------------------------------
# Files
# --------------------------------------------------------------------------------------------------


def _extension(seed: int, number: int) -> str:
    return ".png" if (seed + number) % 8 == 0 else ".jpg"


def _write_some(folder: Path, seed: int, files: Sequence[Planted]) -> None:
    for file in files:
        path = Truth(folder / "data", ()).pictures / file.path
        if file.fault == "missing":
            os.symlink("gone.png", path)
        elif file.fault == "outside":
            os.symlink(folder.absolute() / "elsewhere" / "picture.png", path)
        else:
            path.write_bytes(_content(file, seed))


def _content(file: Planted, seed: int) -> bytes:
    draws = np.random.default_rng((seed, file.scene))
    image = scene(draws)
    if file.fault:
        return FAULTS[file.fault].make(image, draws)
    original = _encoded(image, _extension(seed, file.scene), quality=90)
    if file.how in ("", "exact"):
        return original
    changed = _changed(Image.open(io.BytesIO(original)), file.how, draws)
    quality = int(draws.integers(30, 96)) if file.how == "re_encoded" else 90
    return _encoded(changed, Path(file.path).suffix, quality, compress_level=1)


def _changed(image: Image.Image, how: str, draws: np.random.Generator) -> Image.Image:
    if how == "resized":
        share = float(np.exp(draws.uniform(np.log(0.25), np.log(2))))
        return image.resize([round(side * share) for side in image.size], Image.Resampling.BICUBIC)
    if how == "altered":
        width, height = image.size
        cut = image.crop(
            (round(0.005 * width), round(0.005 * height), round(0.995 * width), round(0.995 * height))
        )
        return ImageEnhance.Brightness(cut).enhance(draws.uniform(0.95, 1.05))
    return image


def _encoded(image: Image.Image, extension: str, quality: int, compress_level: int = 6) -> bytes:
    if extension == ".png":
        return encode(image, "PNG", compress_level=compress_level)
    return encode(image, "JPEG", quality=quality)
