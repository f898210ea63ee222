"""Freezing from the command line: which run is taken, what is written, and when it is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tfx.orchestration import metadata
from tfx.orchestration import pipeline as tfx_pipeline

from components.schema_gen.reviewed import read_reviewed
from pipeline.commands.schema import schema_command
from pipeline.config import Config, ExampleValidatorConfig
from pipeline.config_file import dump_config
from pipeline.errors import InputError
from pipeline.runners.local import LocalRunner
from pipeline.settings.data import DataConfig
from tests.components.statistics_of import statistics_node

Run = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Makes a run in `tmp_path/workspace` that got as far as StatisticsGen."""

    def run(name: str, run_id: str, label: dict[str, int], **bounds: Any) -> None:
        root = tmp_path / "workspace"
        (root / "runs" / run_id).mkdir(parents=True)
        config = Config(
            name=name,
            data=DataConfig(source="class_folders", path="x"),
            example_validator=ExampleValidatorConfig(**bounds),
        )
        (root / "runs" / run_id / "config.yaml").write_text(dump_config(config))
        pipeline = tfx_pipeline.Pipeline(
            pipeline_name=name,
            pipeline_root=str(root / "artifacts"),
            components=[statistics_node({"train": {"label": label}, "test": {"label": {"cat": 400}}})],
            metadata_connection_config=metadata.sqlite_metadata_connection_config(
                str(root / "metadata.sqlite")
            ),
            enable_cache=True,
        )
        LocalRunner(pipeline, run_id).run()

    return run


def _freeze(root: Path, name: str | None = None, force: bool = False) -> Any:
    file = root / "schema.pbtxt"
    assert schema_command(root / "workspace", name, file, force) == 0
    return read_reviewed(str(file), [])


def _classes(schema: Any) -> list[str]:
    return list(schema.string_domain[0].value)


def test_freeze_the_last_run(tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("pets", "weekly", {"cat": 400}, largest_shift=0.02)
    run("pets", "nightly", {"cat": 400, "dog": 8}, largest_shift=0.03)
    schema = _freeze(tmp_path)
    assert _classes(schema) == ["cat", "dog"]
    assert schema.feature[-1].drift_comparator.infinity_norm.threshold == 0.03
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"schema of `pets` frozen: {tmp_path}/schema.pbtxt",
        "  label: 2 values: cat, dog",
        f"Review it, commit it, and set schema_gen.file: {tmp_path}/schema.pbtxt",
    ]


def test_freeze_a_run_that_was_cached(tmp_path: Path, run: Run) -> None:
    run("pets", "1", {"cat": 9})
    run("pets", "2", {"cat": 9, "dog": 9})
    run("pets", "3", {"cat": 9})
    assert _classes(_freeze(tmp_path)) == ["cat"]


def test_freeze_by_name(tmp_path: Path, run: Run) -> None:
    run("pets", "1", {"cat": 9}, largest_shift=0.02)
    run("birds", "2", {"cat": 1, "owl": 9}, largest_shift=0.03)
    schema = _freeze(tmp_path, "pets")
    assert _classes(schema) == ["cat"]
    assert schema.feature[-1].drift_comparator.infinity_norm.threshold == 0.02
    assert _classes(_freeze(tmp_path, force=True)) == ["cat", "owl"]
    with pytest.raises(InputError, match="no run of `fish` in workspace .* got as far as StatisticsGen"):
        _freeze(tmp_path, "fish", force=True)


def test_freeze_says_what_todays_data_would_fail(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("pets", "1", {"cat": 200, "dog": 200})
    _freeze(tmp_path)
    out = capsys.readouterr().out
    assert (
        "The very data that it was frozen from would not pass. Widen its bounds, or mend the splits:" in out
    )
    assert "  test: label: share of `cat` 100.0%, in train 50.0% (distance 0.500, bound 0.106)" in out


def test_freeze_with_a_config_of_another_version(tmp_path: Path, run: Run) -> None:
    run("pets", "1", {"cat": 9}, largest_shift=0.02)
    (tmp_path / "workspace" / "runs" / "1" / "config.yaml").write_text("from: the future\n")
    threshold = _freeze(tmp_path).feature[-1].drift_comparator.infinity_norm.threshold
    assert threshold == ExampleValidatorConfig().largest_shift


def test_reviewed_file_is_not_replaced(tmp_path: Path, run: Run) -> None:
    run("pets", "1", {"cat": 9})
    file = tmp_path / "schema.pbtxt"
    file.write_text("reviewed")
    with pytest.raises(InputError, match="is there already, and may have been reviewed.*--force"):
        _freeze(tmp_path)
    assert file.read_text() == "reviewed"
    _freeze(tmp_path, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["schema.pbtxt", "workspace"]


def test_file_is_whole_or_not_there(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("pets", "1", {"cat": 9})

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        _freeze(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


@pytest.mark.parametrize("metadata_content", [None, b"", b"no database"])
def test_freeze_before_a_run(tmp_path: Path, metadata_content: bytes | None) -> None:
    (tmp_path / "workspace").mkdir()
    if metadata_content is not None:
        (tmp_path / "workspace" / "metadata.sqlite").write_bytes(metadata_content)
    with pytest.raises(
        InputError, match="Run the pipeline first|nothing has run|cannot be read: .*It may be damaged"
    ):
        _freeze(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_freeze_into_a_folder_that_is_not_there(tmp_path: Path, run: Run) -> None:
    with pytest.raises(InputError, match="no such folder: .*none"):
        schema_command(tmp_path, None, tmp_path / "none" / "schema.pbtxt", force=False)
