"""What answers a mistake must not load TensorFlow first: that takes many seconds."""

import pytest

from tests.cli import run_python

HEAVY = ("tensorflow", "tfx", "apache_beam", "keras", "gymnasium")


@pytest.mark.parametrize(
    "module",
    [
        "pipeline_runner",
        "pipeline.config_file",
        "pipeline.commands.predict",
        "pipeline.prediction.explain",
        "pipeline.commands.data",
        "pipeline.commands.schema",
        "components.evaluator.explanation_file",
        "pipeline.commands.inspect",
        "pipeline.metadata.move",
        "pipeline.commands.serving",
        "pipeline.commands.doctor",
        "pipeline.commands.report",
        "components.evaluator.slicing",
        "pipeline.commands.suspects",
        "pipeline.inspection.difference",
        "components.schema_gen.reviewed",
        "pipeline.runners.run_command",
        "pipeline.runners.kubeflow_command",
        "components.exports.formats",
        "components.exports.exports_file",
        "pipeline.runners.airflow_command",
        "pipeline.runners.node_command",
        "components.example_gen.sources",
        "components.example_gen.picture",
        "components.example_gen.judging.split",
        "components.example_gen.judging.judgement",
        "components.backbone",
        "components.backbone.cut",
        "components.backbone.torch_weights",
        "components.trainer.policy.algorithm",
    ],
)
def test_imports_nothing_heavy(module: str) -> None:
    done = run_python("-c", f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_classifier_needs_no_gymnasium() -> None:
    modules = "pipeline.pipeline, components.trainer.run_fn, components.evaluator.component"
    done = run_python("-c", f"import sys, {modules}; print('gymnasium' in sys.modules)", timeout=180)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    "module", ["pipeline.runners.run_command", "pipeline.prediction.predict", "components"]
)
@pytest.mark.parametrize("asked", [None, "0"])
def test_tensorflow_is_told_of_its_faster_kernels_before_it_loads(module: str, asked: str | None) -> None:
    flag = "TF_ENABLE_ONEDNN_OPTS"
    before = f"os.environ.pop({flag!r}, None)" if asked is None else f"os.environ[{flag!r}] = {asked!r}"
    after = f"print(os.environ[{flag!r}], 'tensorflow' in sys.modules)"
    done = run_python("-c", f"import os, sys; {before}; import {module}; {after}")
    assert done.stdout.split() == [asked or "1", "False"], done.stderr
