"""Pictures per second and peak memory of ImageExampleGen, beside a plain tf.data loop over the same files.

    .venv/bin/python -m benchmarks.ingestion --counts 1000 5000 20000 50000

Ours reads, decodes, judges, hashes, compares, splits and writes; the loop reads and decodes, on as many
threads as tf.data likes. Both run in processes of their own, one after the other, for each size.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

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
    from pipeline.config import DataConfig
    from pipeline.pipeline import LOCAL_BEAM

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


def _measure(what: str, folder: Path) -> dict[str, Any]:
    """In a process of its own: pictures, seconds after the imports, peak memory."""
    work = {"ours": ours, "tf.data": tf_data}[what]
    started = time.monotonic()
    if what == "ours":
        import components.example_gen.executor  # noqa: F401
    else:
        import tensorflow  # noqa: F401
    imported = time.monotonic()
    count = work(folder)
    return {
        "pictures": count,
        "imports": imported - started,
        "seconds": time.monotonic() - imported,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _in_process(what: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.ingestion", "--measure", what, "--folder", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Prints a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 5000, 20_000, 50_000])
    parser.add_argument("--measure", choices=["ours", "tf.data"])
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(_measure(arguments.measure, arguments.folder)))
        return
    smallest = None
    with tempfile.TemporaryDirectory() as folder:
        for count in sorted(arguments.counts):
            make_pictures(Path(folder), count)
            result, loop = (_in_process(what, Path(folder)) for what in ("ours", "tf.data"))
            speed, plain = (one["pictures"] / one["seconds"] for one in (result, loop))
            smallest = smallest or result["peak_mib"]
            speeds = f"ours {speed:5.0f}/s  tf.data {plain:5.0f}/s  ratio {speed / plain:.2f}"
            peak = f"{result['peak_mib']:6.0f} MiB ({result['peak_mib'] / smallest:.2f} of the smallest)"
            print(f"{count:>7} pictures  {speeds}  peak {peak}", flush=True)


if __name__ == "__main__":
    main()
