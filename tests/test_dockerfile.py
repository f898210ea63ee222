"""What can be known of the image without building it."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
STAGES = re.split(r"^(?=FROM )", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]


def test_two_stages_on_one_base_of_one_version() -> None:
    bases = [stage.split()[1] for stage in STAGES]
    assert len(bases) == 2
    assert bases[0] == bases[1]
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+", bases[0])


def test_the_last_stage_has_no_tools_and_is_not_root() -> None:
    last = STAGES[-1]
    assert not re.search(r"apt-get|build-essential|gcc|pip install", last)
    assert "pip uninstall" in last
    assert re.search(r"^USER (?!0)\d+:\d+$", last, re.MULTILINE)
    assert last.index("USER") > last.rindex("RUN")


def test_the_lock_is_what_is_installed() -> None:
    assert "--no-deps --requirement requirements.txt" in STAGES[0]


def test_whatever_is_copied_is_sent_to_docker_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[lines.index("*") - 1].startswith("#")
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", "".join(STAGES), re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert sent == copied
    assert all((ROOT / source).exists() for source in copied)


def test_nothing_secret_and_no_registry_stands_in_it() -> None:
    text = "".join(STAGES)
    assert not re.search(r"password|token|secret", text, re.IGNORECASE)
    assert all("/" not in stage.split()[1] for stage in STAGES)
