"""YAML and `--set` become a config, or one line that says what is wrong and what was received."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Config
from pipeline.config_file import SAMPLE_CONFIG, dump_config, load_config
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig, SplitConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

SAMPLE = None
OWN = "pictures"
"""`--data pictures` and no file."""


def config_file(folder: Path, text: str | bytes) -> Path:
    file = folder / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def message(file: Path | None = None, data: str | None = None, *overrides: str) -> str:
    """The one line that refuses these settings."""
    with pytest.raises(InputError) as caught:
        load_config(file, data, overrides)
    text = str(caught.value)
    assert len(text.splitlines()) == 1, text
    return text


# --------------------------------------------------------------------------------------------------
# Legal
# --------------------------------------------------------------------------------------------------


def test_sample_is_the_default() -> None:
    config = load_config(None)
    assert config == load_config(SAMPLE_CONFIG)
    assert config.data.source == "solar_cells"


def test_data_alone_takes_the_defaults() -> None:
    config = load_config(None, OWN)
    assert config.data == DataConfig(path="pictures")
    assert config.trainer == TrainerConfig()
    assert config.name == "pictures"


def test_data_replaces_the_source_of_a_file() -> None:
    config = load_config(SAMPLE_CONFIG, OWN)
    assert (config.data.source, config.data.path) == ("auto", "pictures")
    assert config.name == "solar-cells"
    assert config.trainer == load_config(SAMPLE_CONFIG).trainer


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Cats & Dogs", "cats-dogs"), ("__x__", "x"), ("äöü", "graft"), ("", "graft"), ("a" * 99, "a" * 63)],
)
def test_data_names_the_model(folder: str, name: str) -> None:
    assert load_config(None, f"/{folder}").name == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("/clothes/labels.csv", "clothes"),
        ("/clothes/train-*.tfrecord", "clothes"),
        ("/clothes/span-{SPAN}", "clothes"),
        ("gs://bucket/clothes/shards/", "shards"),
        ("tfds:beans", "tfds-beans"),
    ],
)
def test_files_are_named_by_their_folder(data: str, name: str) -> None:
    assert load_config(None, data).name == name


@given(st.text(max_size=200))
def test_any_folder_name_makes_a_legal_model_name(folder: str) -> None:
    load_config(None, "/" + folder.encode("utf-8", "ignore").decode().replace("\0", ""))


@pytest.mark.parametrize("data", [SAMPLE, OWN])
def test_dump_then_load_is_equal(tmp_path: Path, data: str | None) -> None:
    config = load_config(None, data)
    assert load_config(config_file(tmp_path, dump_config(config))) == config


@given(
    path=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    phase=st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True),
    rate=st.floats(1e-12, 1),
    seed=st.integers(0, 2**31 - 1),
)
def test_dump_then_load_any_text(
    tmp_path_factory: pytest.TempPathFactory, path: str, phase: str, rate: float, seed: int
) -> None:
    config = Config(
        seed=seed,
        data=DataConfig(path=path, split=SplitConfig(seed=seed)),
        trainer=TrainerConfig(phases=(PhaseConfig(name=phase, epochs=0, head_rate=rate),)),
    )
    file = config_file(tmp_path_factory.mktemp("config"), dump_config(config))
    assert load_config(file) == config


@pytest.mark.parametrize("data", [SAMPLE, OWN])
@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("seed=3", lambda config: config.seed == 3),
        ("name=cells", lambda config: config.name == "cells"),
        ("trainer.dropout=0.3", lambda config: config.trainer.dropout == 0.3),
        ("data.split.seed=9", lambda config: config.data.split.seed == 9),
        ("trainer.phases.0.epochs=3", lambda config: config.trainer.phases[0].epochs == 3),
        ("trainer.phases.1.unfreeze=block_9", lambda config: config.trainer.phases[1].unfreeze == "block_9"),
        (
            "evaluator.thresholds.0.at_least=0.1",
            lambda config: config.evaluator.thresholds[0].at_least == 0.1,
        ),
        ("evaluator.slices=[a, b]", lambda config: config.evaluator.slices == ("a", "b")),
        ("trainer.phases=[{name: x, epochs: 1}]", lambda config: len(config.trainer.phases) == 1),
        ("augment.horizontal_flip=false", lambda config: config.augment.horizontal_flip is False),
    ],
)
def test_set(data: str | None, override: str, value: object) -> None:
    assert callable(value)
    assert value(load_config(None, data, [override]))


@pytest.mark.parametrize("data", [SAMPLE, OWN])
def test_set_on_list_element_leaves_the_rest(data: str | None) -> None:
    before = load_config(None, data)
    after = load_config(None, data, ["trainer.phases.0.epochs=3"])
    first = before.trainer.phases[0].model_copy(update={"epochs": 3})
    assert after.trainer.phases == (first, *before.trainer.phases[1:])
    assert after.evaluator == before.evaluator


def test_set_later_wins(tmp_path: Path) -> None:
    file = config_file(tmp_path, "seed: 1\ndata: {path: a}\n")
    assert load_config(file, None, ["seed=2", "seed=3"]).seed == 3


# --------------------------------------------------------------------------------------------------
# Illegal
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [SAMPLE, OWN])
@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("trainr.dropout=0.3", ("unknown key `trainr`", "Did you mean `trainer`?")),
        ("trainer.dropuot=0.3", ("unknown key `trainer.dropuot`", "Did you mean `dropout`?")),
        ("data.split.sed=1", ("unknown key `data.split.sed`", "Did you mean `seed`?")),
        ("trainer.phases.0.epoch=3", ("`trainer.phases.0.epoch`", "Did you mean `epochs`?")),
        ("evaluator.thresholds.0.atleast=1", ("thresholds.0.atleast`", "Did you mean `at_least`?")),
        ("backbone.xyz=1", ("`backbone.xyz`", "Legal here: name,")),
        ("trainer.dropout=1.5", ("`trainer.dropout`", "less than 1", "Received: 1.5")),
        ("trainer.phases.0.epochs=-1", ("`trainer.phases.0.epochs`", "Received: -1")),
        ("trainer.optimizer=lion", ("`trainer.optimizer`", "'adamw'", "Received: 'lion'")),
        ("trainer.phases=[]", ("`trainer.phases`", "at least 1", "Received: []")),
        ("trainer=3", ("`trainer`", "Received: 3")),
        ("augment.views=.nan", ("`augment.views`", "Received: nan")),
        ("name=My Model", ("`name`", "Received: 'My Model'")),
        ("data.split.test=0.5", ("`data.split`", "add up to 1", "Received: 1.3")),
        ("trainer.dropout", ("KEY=VALUE", "Received: 'trainer.dropout'")),
        ("=3", ("KEY=VALUE", "Received: '=3'")),
        ("seed=[", ("--set seed", "not YAML", "Received: '['")),
        ("seed=!!python/name:os.system", ("--set seed", "not YAML", "Received")),
        ("name=2024-13-45", ("--set name", "Received: '2024-13-45'")),
        ("name=!!int x", ("--set name", "Received: '!!int x'")),
        ("name=!!timestamp x", ("--set name", "Received: '!!timestamp x'")),
        ("seed.deep=3", ("seed",)),
        ("trainer.phases.7.epochs=3", ("--set trainer.phases.7.epochs", "`7`")),
        ("trainer.phases.first.epochs=3", ("--set trainer.phases.first.epochs", "`first`")),
        ("trainer.phases.².epochs=3", ("--set trainer.phases.².epochs", "`²`")),
    ],
)
def test_set_refused(data: str | None, override: str, words: tuple[str, ...]) -> None:
    text = message(None, data, override)
    assert all(word in text for word in words), text


def test_several_faults_are_all_named() -> None:
    text = message(None, OWN, "trainer.dropuot=1", "seed=-1", "augment.views=0")
    assert all(word in text for word in ("dropuot", "`seed`", "`augment.views`"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: [1\nb: 2\n", ("is not YAML",)),
        ("a:\tb: c\n", ("is not YAML",)),
        (b"\xff\xfe\x00", ("is not YAML",)),
        (b"\0", ("is not YAML",)),
        ("trainer: {dropout: 0.5}\nseed: 3\ntrainer: {mixup: 0.1}\n", ("`trainer` stands twice", "line 3")),
        ("trainer:\n  dropout: 0.5\n  dropout: 0.1\n", ("`dropout` stands twice", "line 3")),
        ("name: 2024-13-45\n", ("config.yaml",)),
        ("", ("`key: value`", "Received: None")),
        ("- a\n- b\n", ("`key: value`", "Received: ['a', 'b']")),
        ("just words\n", ("`key: value`", "Received: 'just words'")),
        ("seed: 1\n", ("`data`", "give --data PATH")),
        ("data: pictures\n", ("`data`", "Received: 'pictures'")),
        ("data: {path: 3}\n", ("`data.path`", "Received: 3")),
        ('data: {path: "a\\udcff"}\n', ("no Unicode", "udfff")),
        ("data: {}\n", ("`data`", "give --data PATH")),
        ("data: {path: a}\n1: 2\n", ("config.yaml", "1")),
        ('data: {path: a}\n"two\\nlines": 2\n', ("unknown key", "two")),
        ("data: {path: a}\ntrainer: {phases: {name: head, epochs: 3}}\n", ("`trainer.phases`",)),
    ],
)
def test_file_refused(tmp_path: Path, content: str | bytes, words: tuple[str, ...]) -> None:
    text = message(config_file(tmp_path, content))
    assert "config.yaml" in text
    assert all(word in text for word in words), text


@pytest.mark.parametrize(("name", "word"), [("none.yaml", "No such file"), (".", "Is a directory")])
def test_file_cannot_be_read(tmp_path: Path, name: str, word: str) -> None:
    assert word in message(tmp_path / name)


def test_data_section_that_is_none_with_data(tmp_path: Path) -> None:
    assert "Received: 'x'" in message(config_file(tmp_path, "data: x\n"), OWN)
