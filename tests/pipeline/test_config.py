"""Settings: what is legal, what is not, and that nothing changes after construction."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config import Config, EnsembleConfig, LabelCheckConfig
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.data import DataConfig, SplitConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

DATA = {"path": "pictures"}


def test_defaults_are_legal() -> None:
    config = Config(data=DataConfig(path="pictures"))
    assert config.data.source == "auto"
    assert [phase.name for phase in config.trainer.phases] == ["head", "fine_tune"]
    assert Config.model_validate_json(config.model_dump_json()) == config


def test_frozen() -> None:
    config = Config(data=DataConfig(path="pictures"))
    with pytest.raises(ValidationError, match="frozen"):
        config.trainer.dropout = 0.5


@pytest.mark.parametrize(
    "shares", [(0.7, 0.1, 0.2), (0.8, 0.1, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.1 + 0.2, 0.3, 0.4)]
)
def test_split_shares_that_add_up(shares: tuple[float, float, float]) -> None:
    train, evaluation, test = shares
    assert SplitConfig(train=train, eval=evaluation, test=test).train == train


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1), (0.7, 0.2, 0.2), (0.5, 0.25, 0.250002)])
def test_split_shares_that_do_not(shares: tuple[float, float, float]) -> None:
    train, evaluation, test = shares
    with pytest.raises(ValidationError, match="must add up to 1. Received: "):
        SplitConfig(train=train, eval=evaluation, test=test)


@pytest.mark.parametrize("path", [None, ""])
def test_data_needs_path(path: str | None) -> None:
    with pytest.raises(ValidationError, match="path must say where the pictures are"):
        DataConfig(source="class_folders", path=path)


def test_sample_data_needs_no_path() -> None:
    assert DataConfig(source="solar_cells").path is None


@pytest.mark.parametrize("name", ["graft", "a", "0", "solar-cells_2", "a" * 63])
def test_name_legal(name: str) -> None:
    assert Config(name=name, data=DataConfig(**DATA)).name == name


@pytest.mark.parametrize("name", ["", "Graft", "-a", "_a", "a b", "a/b", "..", "a\n", "é", "a" * 64])
def test_name_illegal(name: str) -> None:
    with pytest.raises(ValidationError, match="name\n.*match pattern"):
        Config(name=name, data=DataConfig(**DATA))


def test_phase_names_differ() -> None:
    phase = PhaseConfig(name="head", epochs=1)
    with pytest.raises(ValidationError, match=r"different names. Received: \['head', 'head'\]"):
        TrainerConfig(phases=(phase, phase))


def test_phases_not_empty() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        TrainerConfig(phases=())


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_weight_decay_needs_adamw(optimizer: Any) -> None:
    with pytest.raises(ValidationError, match="weight_decay needs optimizer adamw"):
        TrainerConfig(optimizer=optimizer, weight_decay=0.1)
    assert TrainerConfig(optimizer=optimizer).weight_decay == 0
    assert TrainerConfig(optimizer="adamw", weight_decay=0.1).weight_decay == 0.1


@pytest.mark.parametrize(
    ("section", "key", "low", "high", "below", "above"),
    [
        (AugmentConfig, "views", 1, 64, 0, 65),
        (AugmentConfig, "rotation_degrees", 0, 180, -1, 180.5),
        (AugmentConfig, "zoom", 0, 0.99, -0.1, 1),
        (AugmentConfig, "crop", 0, 0.99, -0.1, 1),
        (AugmentConfig, "brightness", 0, 1, -0.1, 1.1),
        (AugmentConfig, "contrast", 0, 0.99, -0.1, 1),
        (AugmentConfig, "batch_size", 1, 1024, 0, 1025),
        (TrainerConfig, "dropout", 0, 0.99, -0.1, 1),
        (TrainerConfig, "label_smoothing", 0, 0.99, -0.1, 1),
    ],
)
def test_range(section: Any, key: str, low: float, high: float, below: float, above: float) -> None:
    for value in (low, high):
        assert getattr(section(**{key: value}), key) == value
    for value in (below, above, float("nan"), float("inf"), None, "much"):
        with pytest.raises(ValidationError, match=key):
            section(**{key: value})


@pytest.mark.parametrize(
    ("key", "legal", "illegal"),
    [
        ("epochs", 0, -1),
        ("epochs", 10_000, 10_001),
        ("head_rate", 1, 0),
        ("trunk_rate", 1e-9, -1e-9),
        ("depth_decay", 1, 0),
        ("warmup_share", 0, 1),
        ("patience", 1, 0),
        ("batch_size", 4096, 4097),
    ],
)
def test_phase_range(key: str, legal: float, illegal: float) -> None:
    settings: dict[str, Any] = {"name": "head", "epochs": 1}
    assert getattr(PhaseConfig(**{**settings, key: legal}), key) == legal
    with pytest.raises(ValidationError, match=key):
        PhaseConfig(**{**settings, key: illegal})


@pytest.mark.parametrize(
    ("key", "legal", "illegal"),
    [("max_quarantined_share", 1, 1.01), ("max_pixels", 10**9, 10**9 + 1), ("max_pixels", 1, 0)],
)
def test_data_range(key: str, legal: float, illegal: float) -> None:
    assert getattr(DataConfig.model_validate({**DATA, key: legal}), key) == legal
    with pytest.raises(ValidationError, match=key):
        DataConfig.model_validate({**DATA, key: illegal})


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5])
def test_seed_illegal(seed: Any) -> None:
    with pytest.raises(ValidationError, match="seed"):
        Config(seed=seed, data=DataConfig(**DATA))


@pytest.mark.parametrize(
    ("pattern", "words"), [("(", "no regular expression"), ("[0-9]+", "must name a group")]
)
def test_path_pattern_must_name_groups(pattern: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DataConfig(path="pictures", path_pattern=pattern)


FLIPS = ("horizontal_flip", "vertical_flip", "half_turn")


@pytest.mark.parametrize(
    ("asked", "drawn", "views"),
    [
        ("flips", "hv", FLIPS),
        ("flips", "hvt", FLIPS),
        ("flips", "h", ("horizontal_flip",)),
        ("flips", "v", ("vertical_flip",)),
        ("flips", "t", ()),
        ("orientations", "hv", FLIPS),
        ("orientations", "hvt", (*FLIPS, "transpose", "left_turn", "right_turn", "anti_transpose")),
        ("orientations", "ht", ("horizontal_flip", "transpose", "left_turn")),
        ("orientations", "", ()),
        (("half_turn",), "h", ("half_turn",)),
        ((), "hvt", ()),
    ],
)
def test_test_time_views(asked: Any, drawn: str, views: tuple[str, ...]) -> None:
    names = {"h": "horizontal_flip", "v": "vertical_flip", "t": "transpose"}
    config = Config(
        data=DataConfig(path="pictures"),
        augment=AugmentConfig(**{name: letter in drawn for letter, name in names.items()}),
        trainer=TrainerConfig(test_time_views=asked),
    )
    assert config.test_time_views() == config.recipe().test_time_views == views


def test_trunks_of_an_ensemble_differ() -> None:
    with pytest.raises(ValidationError, match="backbones must differ. Received: .*vgg16"):
        EnsembleConfig(backbones=("vgg16", "vgg16"))
    others = EnsembleConfig(backbones=("efficientnet_lite0",))
    with pytest.raises(ValidationError, match="Received: efficientnet_lite0 twice. Set ensemble.backbones="):
        Config(data=DataConfig(path="pictures"), ensemble=others)
    # The name says nothing where the model is the user's own.
    for backbone in (BackboneConfig(name="vgg16"), BackboneConfig(model="mine.keras")):
        assert Config(data=DataConfig(path="pictures"), backbone=backbone, ensemble=others)


def test_one_fold_has_no_others() -> None:
    assert LabelCheckConfig(folds=0).folds == 0
    with pytest.raises(ValidationError, match="folds must be 0, or 2 and more"):
        LabelCheckConfig(folds=1)


@pytest.mark.parametrize(
    ("task", "environment", "source", "text"),
    [
        ("reinforcement", "CarRacing-v3", "solar_cells", "`CarRacing-v3` brings its own .* data.source=none"),
        ("reinforcement", "graft/Decision-v0", "none", "data.source may be none only for an environment"),
        ("reinforcement", "graft/Glimpse-v0", "none", "data.source may be none only for an environment"),
        ("classification", "CarRacing-v3", "none", "data.source may be none only for an environment"),
    ],
)
def test_pictures_come_from_one_place(task: str, environment: str, source: str, text: str) -> None:
    sections: dict[str, Any] = {"task": task, "environment": {"id": environment}, "data": {"source": source}}
    with pytest.raises(ValidationError, match=text):
        Config.model_validate(sections)


@pytest.mark.parametrize(
    ("task", "environment", "source"),
    [
        ("reinforcement", "CarRacing-v3", "none"),
        ("reinforcement", "graft/Glimpse-v0", "solar_cells"),
        ("classification", "CarRacing-v3", "solar_cells"),
    ],
)
def test_pictures_where_they_are_needed(task: str, environment: str, source: str) -> None:
    sections: dict[str, Any] = {"task": task, "environment": {"id": environment}, "data": {"source": source}}
    assert Config.model_validate(sections).data.source == source


@pytest.mark.parametrize("section", [{"tuner": {"trials": 5}}, {"ensemble": {"backbones": ["resnet50"]}}])
def test_nodes_that_take_no_part_where_a_policy_learns(section: dict[str, Any]) -> None:
    Config.model_validate({"data": DATA, **section})
    with pytest.raises(ValidationError, match="take no part where task is reinforcement: set tuner.trials=0"):
        Config.model_validate({"data": DATA, "task": "reinforcement", **section})
