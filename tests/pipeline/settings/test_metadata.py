"""The database's address: what is one, and that no password gets in, or out again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.settings.metadata import PASSWORD_VARIABLE, checked_address
from tests.cli import check_one_clear_line, run_cli

SECRET = "hush-hush"


def test_an_address_gets_its_port() -> None:
    assert checked_address("mysql://graft@db.example/pets") == "mysql://graft@db.example:3306/pets"
    assert checked_address("postgresql://g%40@[::1]/pets") == "postgresql://g%40@[::1]:5432/pets"
    assert checked_address("mysql://graft@DB.example:33/pets") == "mysql://graft@db.example:33/pets"
    assert load_config(None).metadata.address is None


@pytest.mark.parametrize(
    "text",
    [
        *("sqlite:///x.db", "mysql://db.example/pictures", "mysql://graft@db.example", "mysql://graft@/pets"),
        *(f"postgresql://graft:{SECRET}@db.example:port/x", f"postgresql://graft:{SECRET}@[db/x"),
        *("db.example", f"a:{SECRET}@c/d/e", f"graft:{SECRET}", f"mysql://graft:{SECRET}@db.example/a/b"),
        *(f"mysql://graft:{SECRET}@db:0/a", f"mysql://graft:{SECRET}@db/a?ssl-mode=REQUIRED", ""),
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(
        InputError, match="`metadata.address`: must be mysql://USER@HOST:PORT/DATABASE"
    ) as error:
        load_config(None, overrides=[f"metadata.address='{text}'"])
    assert SECRET not in str(error.value)


@given(text=st.text().filter(lambda text: not text.startswith(("mysql:", "postgresql:"))))
def test_any_text_is_an_address_or_a_clear_message(text: str) -> None:
    with pytest.raises(ValueError, match="^must be mysql://"):
        checked_address(text)


@pytest.mark.parametrize("password", [SECRET, f"{SECRET}@", f"/{SECRET}", f"%40{SECRET}", ""])
def test_a_password_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(InputError) as error:
        load_config(None, overrides=[f"metadata.address=mysql://graft:{password}@db.example/pets"])
    assert SECRET not in str(error.value)
    if not password.startswith("/"):  # which ends the host
        assert f"set {PASSWORD_VARIABLE}. Received: mysql://graft:***@db.example:3306/pets" in str(
            error.value
        )


BROKEN = (
    f'metadata: {{address: "mysql://graft:{SECRET}@db.example/pets}}\n',  # no second quotation mark
    f"metadata: {{address: [mysql://graft:{SECRET}@db.example/pets]}}\n",
    f"metadata: {{adress: mysql://graft:{SECRET}@db.example/pets}}\n",
    f"metadata: mysql://graft:{SECRET}@db.example/pets\n",
    f"metadata: {{address: mysql://graft:{SECRET}@db.example/pets}}\n",
)


@pytest.mark.parametrize("text", BROKEN)
def test_no_message_repeats_a_password(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        load_config(tmp_path / "config.yaml")
    assert SECRET not in str(error.value)
    value = text.strip().removeprefix("metadata: ")
    with pytest.raises(InputError) as error:
        load_config(None, overrides=[f"metadata={value}"])
    assert SECRET not in str(error.value)


def test_a_run_with_a_password_in_its_config_is_refused_before_it_writes_anything(tmp_path: Path) -> None:
    told = f"metadata.address=mysql://graft:{SECRET}@db.example/pets"
    for command in (
        ("run", "--workspace", tmp_path / "w", "--set", told),
        ("compile", "airflow", "--output", tmp_path / "dag.py", "--set", told),
        ("metadata", "move", "--to", told.partition("=")[2], "--workspace", tmp_path / "w"),
    ):
        done = run_cli(*command)
        check_one_clear_line(done, ["must hold no password", PASSWORD_VARIABLE])
        assert SECRET not in done.stderr
    assert list(tmp_path.iterdir()) == []
