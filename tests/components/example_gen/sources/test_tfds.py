"""A prepared TensorFlow data set is read as it lies, and none is ever downloaded."""

import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from components.example_gen import files
from tests import pictures
from tests.components.example_gen.sources.makers import message, rows_of

WHY = "tensorflow-datasets is not among Graft's own requirements; this test runs where a user has it"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the package were there; whatever is refused before it is used can be tested without it."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: real("json") if "tensorflow_d" in name else real(name)
    )


@pytest.mark.parametrize("settings", [{"path": "tfds:beans"}, {"path": "beans", "source": "tfds"}])
def test_not_installed(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "Install it: pip install tensorflow-datasets" in message(**settings)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["beans", "beans:0.1.0", "mnist_corrupted/spatter", "../secret"])
def test_not_prepared(tmp_path: Path, name: str) -> None:
    for version in ("1.0.0", "nonsense"):
        (tmp_path / "data" / "beans" / version).mkdir(parents=True, exist_ok=True)
    (tmp_path / "secret" / "1.0.0").mkdir(parents=True)
    (tmp_path / "secret" / "1.0.0" / "dataset_info.json").touch()
    text = message(f"tfds:{name}", root=str(tmp_path / "data"))
    assert f"data set `{name}` is not prepared in `{tmp_path}/data`, and Graft downloads nothing" in text
    assert "tfds build" in text


@pytest.mark.usefixtures("installed")
def test_usual_folder_of_prepared_data_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    assert f"not prepared in `{tmp_path}/tensorflow_datasets`" in message("tfds:beans")
    monkeypatch.setenv("TFDS_DATA_DIR", f"{tmp_path}/elsewhere")
    assert f"not prepared in `{tmp_path}/elsewhere`" in message("tfds:beans")


# --------------------------------------------------------------------------------------------------
# With the package
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of data sets with one in it, `tiny`: twelve pictures in three splits."""
    tfds = pytest.importorskip("tensorflow_datasets", reason=WHY)
    folder = tmp_path_factory.mktemp("prepared")

    class Tiny(tfds.core.GeneratorBasedBuilder):  # type: ignore[name-defined,misc]
        """Two classes of noise."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self) -> Any:
            features = {
                "image": tfds.features.Image(shape=(None, None, 3)),
                "label": tfds.features.ClassLabel(names=["cat", "dog"]),
                "site": tfds.features.Text(),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, _: Any) -> dict[str, Any]:
            return {"train": self._generate_examples(0, 6), "validation": self._generate_examples(6, 8)} | {
                "test": self._generate_examples(8, 12)
            }

        def _generate_examples(self, first: int, last: int) -> Any:
            for n in range(first, last):
                path = folder / f"{n}.png"
                path.write_bytes(pictures.encode(pictures.noise(n), "PNG"))
                yield n, {"image": path, "label": n % 2, "site": f"site {n % 3}"}

    (folder / "data").mkdir()
    Tiny(data_dir=str(folder / "data")).download_and_prepare()
    return folder


@pytest.mark.slow
def test_prepared(prepared: Path) -> None:
    root = prepared / "data"
    rows = rows_of("tfds:tiny", root=str(root), columns={"group": "site"})
    assert Counter(row.split for row in rows) == {"train": 6, "eval": 2, "test": 4}
    assert Counter(row.label for row in rows) == {"cat": 6, "dog": 6}
    assert {row.group for row in rows} == {"site 0", "site 1", "site 2"}
    written = {(prepared / f"{n}.png").read_bytes() for n in range(12)}
    assert {files.read(row.place, 10**6) for row in rows} == written
    assert len({row.path for row in rows}) == 12
    for path in ("tfds:tiny:1.0.0", str(root / "tiny" / "1.0.0")):
        assert rows_of(path, root=str(root), columns={"group": "site"}) == rows


@pytest.mark.slow
def test_prepared_but_not_so(prepared: Path, tmp_path: Path) -> None:
    root = str(prepared / "data")
    assert "`tiny:2.0.0` is not prepared" in message("tfds:tiny:2.0.0", root=root)
    assert "no one feature is the label. It has: `image`, `label`, `site`" in message(
        "tfds:tiny", root=root, columns={"label": "none"}
    )
    other = tmp_path / "tiny" / "1.0.0"
    other.mkdir(parents=True)
    for file in (prepared / "data" / "tiny" / "1.0.0").iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    info = json.loads((other / "dataset_info.json").read_text())
    (other / "dataset_info.json").write_text(json.dumps(info | {"fileFormat": "array_record"}))
    assert "is prepared as array_record. Prepare it with file_format='tfrecord'" in message(
        "tfds:tiny", root=str(tmp_path)
    )
    info["splits"][0]["name"] = "extra"
    (other / "dataset_info.json").write_text(json.dumps(info))
    assert "split `extra` is none of" in message("tfds:tiny", root=str(tmp_path))
    (other / "dataset_info.json").write_text("{")
    assert "is no prepared data set, or damaged" in message("tfds:tiny", root=str(tmp_path))
