"""Pictures per second and peak memory of ImageExampleGen, beside a plain tf.data loop over the same files.

    .venv/bin/python -m benchmarks.ingestion --counts 1000 5000 20000 50000

Ours reads, decodes, judges, hashes, compares, splits and writes; the loop reads and decodes, on as many
threads as tf.data likes. Both run in processes of their own, one after the other, for each size.
"""

import io
import json
import resource
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.results import RESULTS, Row, Rows, print_table
from benchmarks.runs import measure, parser

OURS, LOOP = "ours", "tf.data"
_CLASSES = 4
_SIZE = (320, 240)
_PER_JOB = 250


def make_pictures(folder: Path, count: int) -> None:
    """Fills four class folders up to `count` different JPEGs of 320x240 pixels, on all cores."""
    for label in range(_CLASSES):
        (folder / f"class_{label}").mkdir(parents=True, exist_ok=True)
    starts = range(sum(1 for _ in folder.glob("*/*.jpg")), count, _PER_JOB)
    with ProcessPoolExecutor() as pool:
        list(pool.map(_make_some, [(folder, start, min(start + _PER_JOB, count)) for start in starts]))


def _make_some(job: tuple[Path, int, int]) -> None:
    folder, start, stop = job
    for number in range(start, stop):
        generator = np.random.default_rng(number)
        coarse = Image.fromarray(generator.integers(0, 256, (9, 12, 3), dtype=np.uint8))
        fine = generator.integers(-12, 13, (_SIZE[1], _SIZE[0], 3))
        pixels = np.clip(np.asarray(coarse.resize(_SIZE, Image.Resampling.BICUBIC), np.int16) + fine, 0, 255)
        buffer = io.BytesIO()
        Image.fromarray(pixels.astype(np.uint8)).save(buffer, "JPEG", quality=85)
        (folder / f"class_{number % _CLASSES}" / f"{number:06}.jpg").write_bytes(buffer.getvalue())


def ours(folder: Path) -> int:
    """ImageExampleGen's executor, in this process."""
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.proto import example_gen_pb2
    from tfx.types import standard_artifacts

    from components import features
    from components.example_gen.executor import ImageExampleGenExecutor
    from components.example_gen.quarantine import Quarantine
    from pipeline.beam.flags import LOCAL_BEAM
    from pipeline.config import DataConfig

    with tempfile.TemporaryDirectory() as where:
        examples, quarantine = standard_artifacts.Examples(), Quarantine()
        examples.uri, quarantine.uri = f"{where}/examples", f"{where}/quarantine"
        context = BaseBeamExecutor.Context(beam_pipeline_args=list(LOCAL_BEAM), tmp_dir=where, unique_id="1")
        properties = {
            "data": DataConfig(path=str(folder)).model_dump_json(),
            "ledger": f"{where}/ledger",
            "output_data_format": example_gen_pb2.FORMAT_TF_EXAMPLE,
        }
        outputs = {"examples": [examples], "quarantine": [quarantine]}
        ImageExampleGenExecutor(context).Do({}, outputs, properties)
        return sum(sum(by_label.values()) for by_label in features.get_counts(examples).values())


def tf_data(folder: Path) -> int:
    """A plain loop: list, read, decode."""
    import tensorflow as tf

    files = tf.data.Dataset.list_files(f"{folder}/*/*.jpg", shuffle=False)
    pictures = files.map(
        lambda path: tf.io.decode_jpeg(tf.io.read_file(path), channels=3), num_parallel_calls=tf.data.AUTOTUNE
    )
    return sum(1 for _ in pictures)


def _measure(what: str, folder: Path) -> Row:
    """In a process of its own: pictures, seconds after the imports, peak memory."""
    work = {OURS: ours, LOOP: tf_data}[what]
    started = time.monotonic()
    if what == OURS:
        import components.example_gen.executor  # noqa: F401
    else:
        import tensorflow  # noqa: F401
    imported = time.monotonic()
    count = work(folder)
    return {
        "pictures": count,
        "imports": imported - started,
        "seconds": time.monotonic() - imported,
        # Linux counts in KiB.
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def both(folder: Path, count: int) -> Row:
    """Ours, then the loop, each in a process of its own, on the same files."""
    make_pictures(folder, count)
    return {
        what: measure("benchmarks.ingestion", "--measure", what, "--folder", str(folder))
        for what in (OURS, LOOP)
    }


def lines(rows: Mapping[int, Row]) -> list[list[str]]:
    """The table: a line for each size."""
    smallest = rows[min(rows)][OURS]["peak_mib"]
    table = []
    for count, row in rows.items():
        speed, plain = (row[what]["pictures"] / row[what]["seconds"] for what in (OURS, LOOP))
        peak = row[OURS]["peak_mib"]
        speeds = [f"{speed:,.0f}/s", f"{plain:,.0f}/s", f"{speed / plain:.2f}"]
        table.append([f"{count:,}", *speeds, f"{peak:,.0f} MiB", f"{peak / smallest:.2f}"])
    return table


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--counts", type=int, nargs="+", default=[1000, 5000, 20_000, 50_000])
    options.add_argument("--measure", choices=[OURS, LOOP])
    options.add_argument("--folder", type=Path)
    arguments = options.parse_args()
    if arguments.measure:
        print(json.dumps(_measure(arguments.measure, arguments.folder)))
        return
    table, rows = Rows("ingestion", arguments.resume, arguments.out or RESULTS), {}
    with tempfile.TemporaryDirectory() as folder:
        for count in sorted(arguments.counts):
            rows[count] = table.row(f"{count} pictures", {}, partial(both, Path(folder), count))
    header = ("pictures", "ImageExampleGen", "tf.data loop", "ratio", "peak memory", "of the smallest")
    print_table(lines(rows), header)


if __name__ == "__main__":
    main()
