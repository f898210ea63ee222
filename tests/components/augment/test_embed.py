"""Augment's steps one by one: who lacks which views, and what of it reaches the cache."""

import json
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from apache_beam.utils import shared

from components.augment.cache import CachedView
from components.augment.embed import Embed, Job, Sort
from components.augment.views import View, train_views
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig
from tests.components.augment.running import Augmenter, augmenter, write_examples

__all__ = ["augmenter"]

PLAIN, FIRST, SECOND = train_views(3)
DIGESTS = {PLAIN: "00", FIRST: "01", SECOND: "02"}


@pytest.fixture
def job(augmenter: Augmenter) -> Job:
    root = augmenter.root
    return Job(
        transform_uri=str(root / "graph"),
        backbone=BackboneConfig(),
        config=AugmentConfig(views=3, batch_size=2),
        cut="block_0",
        seed=5,
        cache=str(root / "cache"),
        scratch=str(root / "scratch"),
        pictures=7,
        handle=shared.Shared(),
    )


@pytest.fixture
def records(augmenter: Augmenter) -> list[bytes]:
    write_examples(augmenter.root / "examples")
    files = (augmenter.root / "examples" / "Split-train").iterdir()
    return [record.numpy() for record in tf.data.TFRecordDataset(sorted(map(str, files)))]


def _names(records: list[bytes]) -> list[str]:
    examples = [tf.train.Example.FromString(record).features.feature for record in records]
    return [example["image_id"].bytes_list.value[0].decode()[len("train-") :] for example in examples]


def _sort(job: Job, records: list[bytes]) -> tuple[list[Any], list[tuple[tuple[View, ...], list[str]]]]:
    """The lines, and the batches."""
    step = Sort(job, "train", DIGESTS)
    step.start_bundle()
    outputs = [output for record in records for output in step.process(record)]
    lines = [json.loads(output.value) for output in outputs if hasattr(output, "tag")]
    batches = [output for output in outputs if not hasattr(output, "tag")]
    batches += [output.value for output in step.finish_bundle()]
    return lines, [(views, _names(batch)) for views, batch in batches]


def _embed(job: Job, *batches: tuple[tuple[View, ...], list[bytes]]) -> None:
    step = Embed(job, DIGESTS)
    step.setup()
    step.start_bundle()
    for batch in batches:
        step.process(batch)
    step.finish_bundle()
    step.teardown()


def test_every_record_is_a_line(job: Job, records: list[bytes]) -> None:
    lines, _ = _sort(job, records)
    assert lines[:2] == [["train", "train-a-0", "a", 0.0], ["train", "train-a-1", "a", 0.25]]
    assert lines[-1] == ["train", "train-b-2", "b", 2.0]
    assert len(lines) == 7


def test_what_nobody_has_goes_in_full_batches(job: Job, records: list[bytes]) -> None:
    _, batches = _sort(job, records)
    assert batches == [
        ((PLAIN, FIRST, SECOND), names) for names in (["a-0", "a-1"], ["a-2", "a-3"], ["b-0", "b-1"], ["b-2"])
    ]


def test_pictures_that_lack_the_same_share_a_batch(job: Job, records: list[bytes]) -> None:
    _embed(job, ((PLAIN, FIRST, SECOND), [records[1]]), ((PLAIN,), [records[0], records[2], records[4]]))
    _, batches = _sort(job, records)
    assert batches == [
        ((FIRST, SECOND), ["a-0", "a-2"]),
        ((PLAIN, FIRST, SECOND), ["a-3", "b-1"]),
        ((FIRST, SECOND), ["b-0"]),
        ((PLAIN, FIRST, SECOND), ["b-2"]),
    ]


def test_views_go_into_the_cache_in_their_order(job: Job, records: list[bytes], augmenter: Augmenter) -> None:
    _embed(job, *(((PLAIN, SECOND), [record]) for record in records))
    assert augmenter.computed == {"plain": 7, "random 2": 7}
    for view in (PLAIN, SECOND):
        (file,) = CachedView(job.cache, DIGESTS[view]).files("features")
        assert [name.decode()[len("train-") :] for name in file.ids.tolist()] == _names(records)
    assert CachedView(job.cache, DIGESTS[FIRST]).ids() == set()
    assert not list(Path(job.scratch).iterdir())


def test_error_of_a_batch_is_the_steps(job: Job, records: list[bytes], augmenter: Augmenter) -> None:
    augmenter.fails_after = 1
    with pytest.raises(RuntimeError, match="killed"):
        _embed(job, ((PLAIN,), records[:1]), ((PLAIN,), records[1:2]))
    assert CachedView(job.cache, DIGESTS[PLAIN]).ids() == set()


def test_steps_of_a_process_share_the_extractor(job: Job) -> None:
    first = job.extractor()
    assert job.extractor() is first
