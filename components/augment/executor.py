"""The work of Augment: what the cache lacks is computed, and the stores are put together from the cache."""

import json
import os
from collections.abc import Mapping
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.utils import shared
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components import features
from components.augment.cache import PREFIXES, CachedView, link
from components.augment.embed import Embed, Job, Sort
from components.augment.samples import write_samples
from components.augment.views import View, eval_views, train_views
from components.feature_store import array_file_name, open_store, write_members
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig

_MEMBERS, _UNFINISHED = ".members", ".unfinished"

Digests = Mapping[View, str]
"""What each view follows from, in the order of the store's views."""


class AugmentExecutor(base_beam_executor.BaseBeamExecutor):
    """Writes K views of train, the plain and the test-time views of eval; test is not touched."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Fills `features`: for each split, pooled features and activations at the cut; a few samples.

        Raises:
            RuntimeError: fewer or more pictures came out than went in.
        """
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        output = artifact_utils.get_single_instance(output_dict["features"])
        counts = features.get_counts(examples)
        config = AugmentConfig.model_validate_json(exec_properties["augment"])
        views = {
            features.TRAIN: train_views(config.views),
            features.EVAL: eval_views(json.loads(exec_properties["test_time_views"])),
        }
        output.split_names = artifact_utils.encode_split_names(list(views))
        expected = {split: sum(counts[split].values()) for split in views}
        job = Job(
            transform_uri=artifact_utils.get_single_uri(input_dict["transform_graph"]),
            backbone=BackboneConfig.model_validate_json(exec_properties["backbone"]),
            config=config,
            cut=exec_properties["cut"],
            seed=exec_properties["seed"],
            cache=exec_properties["cache"],
            scratch=os.path.join(output.uri, _UNFINISHED),
            pictures=sum(expected.values()),
            handle=shared.Shared(),
        )
        extractor = job.extractor()
        digests = {split: {view: extractor.digest(view) for view in views[split]} for split in views}
        for digest in {digest for by_view in digests.values() for digest in by_view.values()}:
            CachedView(job.cache, digest).drop_damaged()
        members = os.path.join(output.uri, _MEMBERS)
        self._compute(examples, job, digests, members)
        rows = _rows(members)
        for split, count in expected.items():
            uri = artifact_utils.get_split_uri([output], split)
            _assemble(uri, [row for row_split, *row in rows if row_split == split], digests[split], job)
            _check(uri, count)
        records = tf.io.gfile.glob(
            os.path.join(artifact_utils.get_split_uri([examples], features.TRAIN), "*")
        )
        write_samples(extractor, sorted(records), views[features.TRAIN], output.uri)
        for folder in filter(tf.io.gfile.exists, (members, job.scratch)):
            tf.io.gfile.rmtree(folder)

    def _compute(
        self, examples: types.Artifact, job: Job, digests: Mapping[str, Digests], members: str
    ) -> None:
        """Brings every view into the cache, and writes who the members are to `members`."""
        with self._make_beam_pipeline() as pipeline:
            lines = []
            for split, by_view in digests.items():
                records = os.path.join(artifact_utils.get_split_uri([examples], split), "*")
                sort = beam.ParDo(Sort(job, split, by_view)).with_outputs(Sort.MEMBERS, main=Sort.LACKING)
                sorted_ = (
                    pipeline
                    | f"Read[{split}]" >> beam.io.ReadFromTFRecord(records)
                    | f"Sort[{split}]" >> sort
                )
                _ = sorted_[Sort.LACKING] | f"Embed[{split}]" >> beam.ParDo(Embed(job, by_view))
                lines.append(sorted_[Sort.MEMBERS])
            path = os.path.join(members, "members")
            _ = lines | beam.Flatten() | "WriteMembers" >> beam.io.WriteToText(path)


def _rows(members: str) -> list[list[Any]]:
    """What `Sort` wrote: split, id, class and weight of each picture."""
    rows = []
    for path in tf.io.gfile.glob(os.path.join(members, "members-*")):
        with tf.io.gfile.GFile(path) as file:
            rows += [json.loads(line) for line in file]
    return rows


def _assemble(uri: str, rows: list[list[Any]], digests: Digests, job: Job) -> None:
    """Makes the store of one split, of links to the files of the cache.

    Args:
        uri: of the split.
        rows: id, class and weight of each picture.
        digests: of the split's views.
        job: knows cache and classes.
    """
    names = sorted({label for _, label, _ in rows})
    index = dict(zip(names, job.extractor().labels(names), strict=True))
    tf.io.gfile.makedirs(uri)
    write_members(uri, [(image_id.encode(), index[label], weight) for image_id, label, weight in rows])
    ids = {image_id.encode() for image_id, _, _ in rows}
    for number, digest in enumerate(digests.values()):
        for prefix in PREFIXES:
            for file in CachedView(job.cache, digest).files(prefix):
                if not ids.isdisjoint(file.ids.tolist()):
                    name = os.path.basename(file.path).removeprefix(f"{prefix}-")
                    link(file.path, os.path.join(uri, array_file_name(prefix, number, name)))


def _check(uri: str, expected: int) -> None:
    for prefix in PREFIXES:
        found = len(open_store(uri, prefix))
        if found != expected:
            raise RuntimeError(f"{expected} pictures went in, {found} of {prefix} came out: {uri}")
