"""Other file systems, by TensorFlow's one in memory: the same answers as on the machine's own."""

import io
import tarfile
from collections.abc import Iterator

import pytest

from components.example_gen import files
from components.example_gen.files import OutsideError, Place
from components.example_gen.remote import RemoteFile, is_remote
from components.example_gen.sources import fingerprint, list_rows
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig
from tests.components.example_gen.sources import makers

ROOT = "ram://graft"


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("gs://b/a", True),
        ("s3://b", True),
        ("ram://a", True),
        ("/a", False),
        ("a:b", False),
        ("tfds:a", False),
    ],
)
def test_is_remote(path: str, remote: bool) -> None:
    assert is_remote(path) == remote


@pytest.fixture
def root() -> Iterator[str]:
    """A folder in memory, empty."""
    import tensorflow as tf

    tf.io.gfile.makedirs(ROOT)
    yield ROOT
    tf.io.gfile.rmtree(ROOT)


def write(path: str, content: bytes) -> None:
    """Writes a new file: this file system appends to one that is there."""
    import tensorflow as tf

    tf.io.gfile.makedirs(path.rpartition("/")[0])
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(content)


def class_folders(root: str) -> None:
    for label in ("cat", "dog"):
        for index in range(3):
            write(f"{root}/{label}/{index}.jpg", f"{label}{index}".encode())


pytestmark = pytest.mark.slow


def test_read(root: str) -> None:
    write(f"{root}/a.jpg", b"0123456789")
    assert files.read(Place(root, "a.jpg"), 10) == b"0123456789"
    assert files.read(Place(root, "a.jpg", 3, 4), 10) == b"3456"
    with pytest.raises(OutsideError, match="more than data.max_bytes"):
        files.read(Place(root, "a.jpg"), 9)
    with pytest.raises(OSError, match="ends early"):
        files.read(Place(root, "a.jpg", 8, 4), 10)
    with pytest.raises(OSError):
        files.read(Place(root, "none.jpg"), 10)


@pytest.mark.parametrize("path", ["../secret", "x/../../secret", "/etc/hostname"])
def test_outside(root: str, path: str) -> None:
    with pytest.raises(OutsideError, match="leads out"):
        files.read(Place(root, path), 100)


def test_listing(root: str) -> None:
    class_folders(root)
    write(f"{root}/cat/v1.0/a.jpg", b"")
    write(f"{root}/cat/.hidden/a.jpg", b"")
    write(f"{root}/notes", b"")
    assert files.entries(root) == ["cat", "dog", "notes"]
    assert list(files.walk(f"{root}/cat")) == ["0.jpg", "1.jpg", "2.jpg", "v1.0/a.jpg"]
    assert files.glob(f"{root}/*/0.jpg") == [f"{root}/cat/0.jpg", f"{root}/dog/0.jpg"]
    assert files.exists(f"{root}/cat") and files.is_folder(f"{root}/cat")
    assert not files.exists(f"{root}/none") and not files.is_folder(f"{root}/notes")
    assert files.stamp(Place(root, "cat/0.jpg")).startswith("4:")
    assert files.stamp(Place(root, "none")) == "missing"


def test_file_system_that_nobody_knows() -> None:
    with pytest.raises(InputError, match="`nofs://a/b` cannot be read: .*not implemented"):
        files.exists("nofs://a/b")
    with pytest.raises(InputError, match="cannot be read"):
        files.open_binary("ram://none/none")


def test_file_object(root: str) -> None:
    write(f"{root}/a", bytes(range(256)) * 100)
    with io.BufferedReader(RemoteFile(f"{root}/a")) as file:
        assert file.seek(0, 2) == 25600
        assert file.read(1) == b""
        assert file.seek(-2, 2) == 25598
        assert file.read() == b"\xfe\xff"
        assert file.seek(300) == 300
        assert file.read(3) == bytes((44, 45, 46))
        assert file.tell() == 303


def test_class_folders(root: str) -> None:
    class_folders(root)
    rows = list_rows(DataConfig(path=root))
    assert [row.path for row in rows] == [f"{label}/{n}.jpg" for label in ("cat", "dog") for n in range(3)]
    assert files.read(rows[4].place, 10) == b"dog1"
    before = fingerprint(rows)
    write(f"{root}/dog/1.jpg", b"other")
    assert fingerprint(list_rows(DataConfig(path=root))) != before


@pytest.mark.parametrize("start", ["", f"{ROOT}/"])
def test_manifest(root: str, start: str) -> None:
    class_folders(root)
    paths = [f"{label}/{n}.jpg" for label in ("cat", "dog") for n in range(3)]
    lines = "".join(f"{start}{path},{path[:3]}\n" for path in paths)
    write(f"{root}/m.csv", f"path,label\n{lines}".encode())
    rows = list_rows(DataConfig(path=f"{root}/m.csv"))
    assert [row.path for row in rows] == paths
    assert files.read(rows[0].place, 10) == b"cat0"
    mistakes = ((f"{root}/../a", "leads out"), ("cat/9.jpg", "is not in"), ("gs://b/a", "is an address"))
    for number, (path, words) in enumerate(mistakes):
        write(f"{root}/{number}.csv", f"path,label\n{lines}{path},cat\n".encode())
        with pytest.raises(InputError, match=f"line 8: .*{words}"):
            list_rows(DataConfig(path=f"{root}/{number}.csv"))


def test_shards(root: str) -> None:
    pictures = [b"picture %d" % n * 5000 for n in range(6)]
    labels = ("cat", "dog") * 3
    records = [makers.example({"image": p, "label": x}) for p, x in zip(pictures, labels, strict=True)]
    write(f"{root}/r/a.tfrecord", b"".join(map(makers.record, records)))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for n, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
            for name, content in ((f"{n}.jpg", picture), (f"{n}.cls", label.encode())):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    write(f"{root}/t/a.tar", buffer.getvalue())
    for path in (f"{root}/r", f"{root}/r/*.tfrecord", f"{root}/t", f"{root}/t/a.tar", f"{root}/t/*.tar"):
        rows = list_rows(DataConfig(path=path))
        assert [files.read(row.place, 10**6) for row in rows] == pictures
        assert [row.label for row in rows] == list(labels)


def test_spans(root: str) -> None:
    class_folders(f"{root}/span-1")
    class_folders(f"{root}/span-02")
    rows = list_rows(DataConfig(path=f"{root}/span-{{SPAN}}"))
    assert [(row.path, row.span) for row in rows][::6] == [("span-1/cat/0.jpg", 1), ("span-02/cat/0.jpg", 2)]
