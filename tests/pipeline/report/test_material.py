"""What a run left: read whole, and without what is gone."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from components.heat_file import write_heat
from components.label_check.suspects import Label, write_labels
from pipeline.errors import InputError
from pipeline.inspection.records import RunRecord
from pipeline.report.material import Material, gather
from tests.pipeline.inspection.made import Flow, Made
from tests.pipeline.report import left
from tests.pipeline.report.left import QUOTES, RUN, leave_run, material_of, path_of


def test_everything_is_there(material: Material) -> None:
    assert material.missing == []
    assert material.answers is not None
    assert len(material.answers) == 24
    assert [verdict["state"] for verdict in material.verdicts] == ["failed", "held", "not_judged", "held"]
    assert {name: len(each) for name, each in material.slices.items()} == {
        "overall": 24,
        "site=north": 8,
        f"site={QUOTES}": 16,
    }
    assert [file.name for file in material.split_files("test")] == ["examples-00000-of-00001"]
    assert material.split_files("eval") == material.split_files("../../etc") == []
    samples = material.samples()
    assert samples is not None
    assert samples[1][0]["views"] == ["plain", "random 1"]


def test_what_is_gone_is_named_and_the_rest_is_read(own: Made) -> None:
    for output in ("Evaluator.evaluation", "ImageExampleGen.examples", "Augment.features"):
        shutil.rmtree(own.uri(output))
    found = material_of(own)
    assert [text.partition(" (")[0] for text in found.missing] == [
        "the bounds that held",
        "the answers to each picture",
    ]
    assert found.answers is None
    assert len(found.verdicts) == 1, "those that failed stand in the summary too"
    assert found.split_files("test") == []
    assert found.samples() is None


def test_what_the_model_looked_at_is_of_mistakes_and_of_doubtful_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check: Flow = {"LabelCheck": ({"examples": "ImageExampleGen.examples"}, {"suspects": "Suspects"})}
    monkeypatch.setattr(left, "GRAFT_FLOW", {**left.GRAFT_FLOW, **check})
    made = leave_run(tmp_path)
    suspects = str(made.uri("LabelCheck.suspects"))
    write_labels([Label("in train.jpg", "cat", "train", wrong=0.9, rank=1)], suspects)
    assert list(material_of(made).heat) == [path_of("cat", 2)], "an older LabelCheck wrote none"
    write_heat({"in train.jpg": np.eye(4, dtype=np.float32)}, suspects)
    found = material_of(made)
    assert sorted(found.heat) == sorted(["in train.jpg", path_of("cat", 2)])
    assert found.missing == []


def test_without_metadata_there_is_still_the_summary(own: Made) -> None:
    own.workspace.metadata.unlink()
    found = material_of(own)
    assert found.metadata is None
    assert found.missing[0].startswith("ML Metadata, and with it the lineage (there is no `")
    assert found.evaluation["examples"] == 24


def test_evaluation_of_an_old_version_is_refused(made: Made) -> None:
    record = RunRecord(RUN, made.workspace.runs / RUN, {"evaluation": {"accuracy": 0.5}})
    with pytest.raises(InputError, match="a version of Graft that wrote down too little"):
        gather(made.workspace, record)


@pytest.mark.parametrize("summary", [{}, {"status": "failed", "evaluation": {}}])
def test_run_without_an_evaluation_is_refused(made: Made, summary: dict[str, str]) -> None:
    record = RunRecord(RUN, made.workspace.runs / RUN, summary)
    with pytest.raises(InputError, match=rf"run `{RUN}` has no evaluation to report \((failed|unfinished)\)"):
        gather(made.workspace, record)


def test_policy_has_episodes_and_no_answers(decision: Material, own: Made) -> None:
    assert decision.is_policy
    assert decision.missing == []
    assert len(decision.episodes) == 24
    assert (decision.answers, decision.slices, decision.heat) == (None, {}, {})
    found = material_of(own)
    assert not found.is_policy
    assert found.episodes == ()
