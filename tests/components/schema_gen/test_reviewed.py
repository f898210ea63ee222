"""Reading a reviewed schema: what is wrong with it is said before the run, in one line."""

from pathlib import Path

import pytest

from components.schema_gen.reviewed import read_reviewed
from pipeline.errors import InputError
from tests.cli import run_python

FEATURES = ("label", "width", "height", "channels", "brightness", "cell_type")


def text_of(*names: str) -> str:
    return "\n".join(f'feature {{ name: "{name}" type: BYTES }}' for name in names)


def write(root: Path, content: str | bytes) -> str:
    file = root / "schema.pbtxt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def test_read_a_good_one(tmp_path: Path) -> None:
    schema = read_reviewed(write(tmp_path, "# reviewed\n" + text_of(*FEATURES)), ["cell_type"])
    assert [feature.name for feature in schema.feature] == list(FEATURES)


def test_read_one_that_was_copied_from_an_artifact(tmp_path: Path) -> None:
    representation = """
    tensor_representation_group { key: "" value {
        tensor_representation { key: "image" value { dense_tensor { column_name: "image" shape {} } } } } }
    """
    file = write(tmp_path, text_of(*FEATURES, "image") + representation)
    schema = read_reviewed(file, ["cell_type"])
    assert [feature.name for feature in schema.feature] == list(FEATURES)
    assert not schema.tensor_representation_group


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "does not describe `label`, `width`, .*Run once without schema_gen.file"),
        ("feature { nme: 'a' }", r"no schema in text form: at 1:11.*nme.*schema --force"),
        ("feature {", "no schema in text form: at "),
        (b"\xff\xd8\xff\xe0", "no schema in text form: it is not text"),
        (text_of(*FEATURES[:-1]), "does not describe `cell_type`, which this data has"),
        (text_of(*FEATURES[1:]), "does not describe `label`"),
        (text_of(*FEATURES, "colour"), "describes `colour`: .*Name it in evaluator.slices"),
        (text_of(*FEATURES, "label"), "describes `label` twice"),
        (
            text_of(*FEATURES[:-1]) + 'feature { name: "cell_type" type: BYTES domain: "kinds" }',
            "`cell_type` names the domain `kinds`, which the file does not hold",
        ),
    ],
)
def test_read_a_bad_one(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_reviewed(write(tmp_path, content), ["cell_type"])
    assert "schema.pbtxt`" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("file", "why"), [("none.pbtxt", "No such file"), (".", "Is a directory")])
def test_read_none(tmp_path: Path, file: str, why: str) -> None:
    with pytest.raises(InputError, match=f"cannot be read: {why}.*leave schema_gen.file out"):
        read_reviewed(str(tmp_path / file), [])


def test_reading_is_quick() -> None:
    heavy = ("tensorflow", "tfx", "apache_beam", "tensorflow_data_validation")
    done = run_python(
        "-c",
        f"import sys, components.schema_gen.reviewed; print([m for m in {heavy} if m in sys.modules])",
    )
    assert done.stdout.strip() == "[]", done.stderr
