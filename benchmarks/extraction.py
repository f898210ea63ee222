"""Views per second of Augment, beside a bare loop that decodes, draws and runs the same model.

    .venv/bin/python -m benchmarks.extraction --pictures 1000 --views 4
    .venv/bin/python -m benchmarks.extraction --data pictures --set augment.precision=bfloat16

Both take the same pictures in turn, several times, in one process, and both start from nothing: they build
the trunk, trace it and run it, with all cores. The loop is tf.data with as many threads as it likes; it
writes nothing. Augment is the node's executor: Beam, counting, cache and store included. Shown beside them
is the forward pass alone, on a batch that is ready.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts

from benchmarks import plots, results, runs
from components import features
from components.augment.drawing import augment, draws_of, ops_of
from components.augment.executor import AugmentExecutor
from components.augment.trunk import frozen_halves
from components.backbone import choose_backbone
from components.tuner.cut import cut_of
from pipeline.beam.flags import LOCAL_BEAM
from pipeline.config import Config
from pipeline.config_file import load_config

OURS, BARE, FORWARD = "Augment", "bare loop", "forward pass alone"
Timing = dict[str, float]
"""`seconds` on the clock, `cpu_seconds` of all threads, `views` that were looked at."""


@dataclass(frozen=True)
class Task:
    """What both ways have to do.

    Attributes:
        config: of the run: views, trunk, seed.
        cut: of the trunk.
        examples: ImageExampleGen's, cut down to some pictures.
        transform_graph: Transform's.
        records: the file of those pictures that are looked at in all views.
    """

    config: Config
    cut: str
    examples: Any
    transform_graph: Any
    records: str


def prepare(workspace: Path, folder: Path, config: Config, pictures: int) -> Task:
    """Cuts down what a run up to Transform made: some pictures of train, one of eval."""
    (made,) = (workspace / "artifacts" / "ImageExampleGen" / "examples").iterdir()
    (graph_folder,) = (workspace / "artifacts" / "Transform" / "transform_graph").iterdir()
    examples, graph = standard_artifacts.Examples(), standard_artifacts.TransformGraph()
    examples.uri, graph.uri = str(folder), str(graph_folder)
    examples.split_names = artifact_utils.encode_split_names([features.TRAIN, features.EVAL])
    counts, files = {}, {}
    for split, wanted in ((features.TRAIN, pictures), (features.EVAL, 1)):
        target = Path(artifact_utils.get_split_uri([examples], split))
        target.mkdir(parents=True)
        files[split] = str(target / "examples-00000-of-00001")
        found = tf.data.TFRecordDataset(sorted(map(str, (made / target.name).iterdir()))).take(wanted)
        with tf.io.TFRecordWriter(files[split]) as writer:
            counts[split] = {"all": sum(1 for record in found if writer.write(record.numpy()) is None)}
    features.set_counts(examples, counts)
    cut = cut_of(choose_backbone(config.backbone), config.trainer, config.tuner)
    return Task(config, cut, examples, graph, files[features.TRAIN])


def ours(task: Task) -> int:
    """The node's executor, with an empty cache; returns the number of views."""
    with tempfile.TemporaryDirectory() as where:
        output = standard_artifacts.Examples()
        output.uri = f"{where}/features"
        context = BaseBeamExecutor.Context(beam_pipeline_args=list(LOCAL_BEAM), tmp_dir=where, unique_id="1")
        properties = {
            "augment": task.config.augment.model_dump_json(),
            "backbone": task.config.backbone.model_dump_json(),
            "cut": task.cut,
            "seed": task.config.seed,
            "test_time_views": json.dumps([]),
            "cache": f"{where}/cache",
        }
        inputs = {"examples": [task.examples], "transform_graph": [task.transform_graph]}
        AugmentExecutor(context).Do(inputs, {"features": [output]}, properties)
    counts = features.get_counts(task.examples)
    trained, judged = (sum(counts[split].values()) for split in (features.TRAIN, features.EVAL))
    return trained * task.config.augment.views + judged


def bare_loop(task: Task) -> int:
    """The same views by tf.data and a compiled function."""
    config = task.config
    size, ops = choose_backbone(config.backbone).size, ops_of(config.augment)
    forward = compiled_trunk(task)
    specs = [tf.TensorSpec([None, size, size, 3]), tf.TensorSpec([None, sum(op.draws for op in ops)])]
    drawn = tf.function(lambda images, draws: augment(images, draws, ops), input_signature=specs)

    def decode(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        text = tf.io.FixedLenFeature([], tf.string)
        example = tf.io.parse_single_example(record, {features.IMAGE: text, features.IMAGE_ID: text})
        image = tf.io.decode_image(example[features.IMAGE], channels=3, expand_animations=False)
        return tf.image.resize(image, (size, size), antialias=True), example[features.IMAGE_ID]

    pictures = tf.data.TFRecordDataset(task.records).map(decode, num_parallel_calls=tf.data.AUTOTUNE)
    kept = []
    for images, ids in pictures.batch(config.augment.batch_size).prefetch(tf.data.AUTOTUNE):
        for view in range(config.augment.views):
            draws = draws_of(config.seed, ids.numpy().tolist(), view, ops)
            shown = drawn(images, tf.constant(draws)) if view else images
            kept += [array.numpy() for array in forward(shown)]
    return sum(len(array) for array in kept) // 2


def compiled_trunk(task: Task) -> Callable[[Any], tuple[Any, Any]]:
    """Images -> activations at the cut, pooled features; the very trunk that Augment runs."""
    config = task.config
    lower, upper = frozen_halves(choose_backbone(config.backbone), task.cut, config.augment.precision)

    def forward(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        at_cut = lower(images, training=False)
        return at_cut, tf.reduce_mean(upper(at_cut, training=False), axis=(1, 2))

    specs = [tf.TensorSpec([None, *lower.input.shape[1:]])]
    compiled: Callable[[Any], tuple[Any, Any]] = tf.function(forward, input_signature=specs)
    return compiled


def forward_alone(task: Task) -> Callable[[], int]:
    """The trunk on a batch that is ready; as many batches as make a quarter of the views."""
    size, batch = choose_backbone(task.config.backbone).size, task.config.augment.batch_size
    images = tf.random.stateless_uniform([batch, size, size, 3], (1, 2), 0.0, 255.0)
    trunk = compiled_trunk(task)
    trunk(images)
    batches = max(1, features.get_counts(task.examples)[features.TRAIN]["all"] // batch)

    def run() -> int:
        for _ in range(batches):
            trunk(images)[1].numpy()
        return batches * batch

    return run


def timed(work: Callable[[], int]) -> Timing:
    """Runs it once."""
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    views = work()
    return {
        "views": views,
        "seconds": time.perf_counter() - seconds,
        "cpu_seconds": time.process_time() - cpu_seconds,
    }


def summarised(timings: Mapping[str, list[Timing]]) -> dict[str, dict[str, float]]:
    """Medians by way: views per second, the ratio to the bare loop of the same turn, cores that were busy."""
    rows = {}
    for way, turns in timings.items():
        against = zip(turns, timings[BARE], strict=True)
        rows[way] = {
            "views_per_second": statistics.median(_rate(turn) for turn in turns),
            "of_the_bare_loop": statistics.median(_rate(turn) / _rate(bare) for turn, bare in against),
            "cores_busy": statistics.median(turn["cpu_seconds"] / turn["seconds"] for turn in turns),
            "cpu_ms_per_view": statistics.median(1e3 * turn["cpu_seconds"] / turn["views"] for turn in turns),
        }
    return rows


def _rate(timing: Timing) -> float:
    return timing["views"] / timing["seconds"]


def measured(task: Task, repeats: int) -> dict[str, list[Timing]]:
    """Every way, one after the other, `repeats` times after a first turn that does not count."""
    ways = {OURS: lambda: ours(task), BARE: lambda: bare_loop(task), FORWARD: forward_alone(task)}
    turns = [{way: timed(work) for way, work in ways.items()} for _ in range(repeats + 1)]
    return {way: [turn[way] for turn in turns[1:]] for way in ways}


def report(rows: Mapping[str, Mapping[str, float]], title: str, path: Path) -> None:
    """The table and the plot."""
    lines = [
        [
            way,
            f"{row['views_per_second']:.1f}",
            f"{row['of_the_bare_loop']:.2f}",
            f"{rows[FORWARD]['cpu_ms_per_view'] / row['cpu_ms_per_view']:.2f}",
            f"{row['cores_busy']:.2f}",
            f"{row['cpu_ms_per_view']:.1f}",
        ]
        for way, row in rows.items()
    ]
    header = ["way", "views/s", "of the bare loop", "share of the trunk", "cores busy", "CPU ms a view"]
    results.print_table(lines, header)
    plots.bar_chart(path, title, list(rows), [row["views_per_second"] for row in rows.values()], "views/s")


def main() -> None:
    """Prints a row for each way, writes the JSON and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=runs.existing, help="pictures; the sample if left out")
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--out", type=Path, help="folder for JSON and plot; the repository's if left out")
    arguments = parser.parse_args()
    settings = (*arguments.settings, f"augment.views={arguments.views}")
    config = load_config(None, arguments.data, settings)
    with runs.fresh_workspace() as workspace:
        runs.run(workspace, *settings, data=arguments.data, stop="Transform")
        task = prepare(workspace, workspace / "some_pictures", config, arguments.pictures)
        timings = measured(task, arguments.repeats)
    rows = summarised(timings)
    name = f"extraction_{runs.data_name(arguments.data)}_{config.augment.precision}"
    asked = {"pictures": arguments.pictures, "settings": settings}
    results.write_json(name, {**asked, "ways": rows, "turns": timings}, arguments.out or results.RESULTS)
    title = f"Views through the frozen trunk, {config.backbone.name}, {config.augment.precision}"
    report(rows, title, (arguments.out or plots.FOLDER) / f"{name}.png")


if __name__ == "__main__":
    main()
