"""The table of kinds: what users are told of it, and what they may configure."""

from pathlib import Path

import pytest

from components.example_gen.judging.checks import KINDS, check_names, names, severity_of
from pipeline.errors import InputError
from pipeline.settings.data import ChecksConfig

ROOT = Path(__file__).parents[4]


def test_names_are_unique() -> None:
    assert len(set(names())) == len(KINDS)


def test_the_page_for_users_lists_every_kind_as_it_is() -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    listed = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 5]
    table = [f"| `{kind.name}` | {kind.scope} | {kind.severity} | {kind.meaning} |" for kind in KINDS]
    assert [line for line in listed if line.split("`")[1] in names()] == table


def test_severity_is_the_configs_where_it_says_so() -> None:
    config = ChecksConfig(severity={"dark": "error"})
    assert severity_of("dark", config) == "error"
    assert severity_of("bright", config) == "warning"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ChecksConfig(severity={"drak": "error"}), ("data.checks.severity", "`drak`", "dark")),
        (ChecksConfig(set_aside=("leak_exact",)), ("data.checks.set_aside", "`leak_exact`", "blank")),
    ],
)
def test_unknown_kind_is_refused(config: ChecksConfig, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as error:
        check_names(config)
    assert all(word in str(error.value) for word in words)


def test_defaults_name_kinds() -> None:
    check_names(ChecksConfig())
