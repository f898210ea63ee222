"""Augment's two steps in Beam: find what is missing, and compute it on all cores."""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
from apache_beam.utils import shared

from components import features, progress
from components.augment.cache import CachedView, ViewWriter
from components.augment.extractor import Extractor
from components.augment.views import View
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig

Batch = tuple[tuple[View, ...], list[bytes]]
"""Views, and records of pictures that lack them."""
_Extracted = tuple[list[bytes], dict[View, dict[str, np.ndarray]]]

_AT_ONCE = 2
"""Batches at work: while one waits for Python or decodes, the other fills the cores."""


@dataclass(frozen=True)
class Job:
    """What the steps work with; goes to every worker.

    Attributes:
        transform_uri: Transform's graph.
        backbone: the trunk.
        config: of Augment.
        cut: a stage of the trunk, or `pixels`.
        seed: of the run.
        cache: folder of all views.
        scratch: folder for files that are not whole yet.
        pictures: in all splits.
        handle: of the one extractor that the steps of a process share.
    """

    transform_uri: str
    backbone: BackboneConfig
    config: AugmentConfig
    cut: str
    seed: int
    cache: str
    scratch: str
    pictures: int
    handle: shared.Shared

    def extractor(self) -> Extractor:
        """Built once in each process."""
        extractor: Extractor = self.handle.acquire(
            lambda: Extractor(self.transform_uri, self.backbone, self.config, self.cut, self.seed)
        )
        return extractor

    def done(self) -> None:
        """Reports one more picture."""
        progress.count("views", self.pictures)


class Sort(beam.DoFn):
    """A record -> its line in the table of members, and batches of those that lack the same views."""

    MEMBERS, LACKING = "members", "lacking"

    def __init__(self, job: Job, split: str, digests: Mapping[View, str]) -> None:
        """`digests` are of the split's views."""
        self._job, self._split, self._digests = job, split, digests

    def start_bundle(self) -> None:
        self._known = {
            view: CachedView(self._job.cache, digest).ids() for view, digest in self._digests.items()
        }
        self._batches: dict[tuple[View, ...], list[bytes]] = {}

    def process(self, record: bytes) -> Iterator[Any]:
        example = tf.train.Example.FromString(record).features.feature
        image_id = example[features.IMAGE_ID].bytes_list.value[0]
        label = example[features.LABEL].bytes_list.value[0].decode()
        line = [self._split, image_id.decode(), label, example[features.WEIGHT].float_list.value[0]]
        yield beam.pvalue.TaggedOutput(self.MEMBERS, json.dumps(line))
        missing = tuple(view for view, known in self._known.items() if image_id not in known)
        if not missing:
            self._job.done()
            return
        batch = self._batches.setdefault(missing, [])
        batch.append(record)
        if len(batch) == self._job.config.batch_size:
            yield missing, self._batches.pop(missing)

    def finish_bundle(self) -> Iterator[Any]:
        for batch in self._batches.items():
            yield beam.utils.windowed_value.WindowedValue(
                batch, beam.window.MIN_TIMESTAMP, [beam.window.GlobalWindow()]
            )


class Embed(beam.DoFn):
    """Batches of `LACKING` -> nothing; their views go into the cache."""

    def __init__(self, job: Job, digests: Mapping[View, str]) -> None:
        """`digests` are of the split's views."""
        self._job, self._digests = job, digests

    def setup(self) -> None:
        self._extractor = self._job.extractor()
        self._pool = ThreadPoolExecutor(_AT_ONCE)

    def teardown(self) -> None:
        self._pool.shutdown()

    def start_bundle(self) -> None:
        self._pending: deque[Future[_Extracted]] = deque()
        self._writers: dict[View, ViewWriter] = {}

    def process(self, batch: Batch) -> None:
        self._pending.append(self._pool.submit(self._extract, *batch))
        if len(self._pending) > _AT_ONCE:
            self._write(self._pending.popleft().result())

    def finish_bundle(self) -> None:
        while self._pending:
            self._write(self._pending.popleft().result())
        for writer in self._writers.values():
            writer.close()

    def _extract(self, views: Sequence[View], records: Sequence[bytes]) -> _Extracted:
        parsed = [tf.train.Example.FromString(record).features.feature for record in records]
        ids = [example[features.IMAGE_ID].bytes_list.value[0] for example in parsed]
        images = self._extractor.decode([example[features.IMAGE].bytes_list.value[0] for example in parsed])
        return ids, {view: self._extractor.extract(images, ids, view) for view in views}

    def _write(self, extracted: _Extracted) -> None:
        ids, by_view = extracted
        for view, arrays in by_view.items():
            if view not in self._writers:
                cached = CachedView(self._job.cache, self._digests[view])
                self._writers[view] = ViewWriter(cached, self._extractor.formats, self._job.scratch)
            self._writers[view].append(ids, arrays)
        for _ in ids:
            self._job.done()
