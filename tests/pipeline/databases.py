"""MySQL and PostgreSQL for the length of a test, where the machine has their servers."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "s3cret/&"
"""With characters that an address must escape."""
ESCAPED = "s3cret%2F%26"
_FOLDERS = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
)
_TRIES = 150


@contextmanager
def database(kind: str) -> Iterator[str]:
    """A new server with an empty database; yields its address, as `GRAFT_METADATA` has it.

    Args:
        kind: `mysql` or `postgresql`.
    """
    server, package = {"mysql": ("mariadbd", "mariadb-server"), "postgresql": ("initdb", "postgresql")}[kind]
    if not shutil.which(server, path=_FOLDERS):
        pytest.skip(f"no {kind} server on this machine: apt-get install {package}")
    port = _free_port()
    # Short, since the path of a socket lies in it; and not in pytest's folder, which is root's alone.
    with tempfile.TemporaryDirectory(prefix="graft-", dir="/tmp") as folder:
        serve = {"mysql": _mysql, "postgresql": _postgresql}[kind]
        with serve(Path(folder), port):
            yield f"{kind}://graft:{ESCAPED}@127.0.0.1:{port}/graft"


@contextmanager
def _postgresql(folder: Path, port: int) -> Iterator[None]:
    user = _own(folder, "postgres")
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    _run(["initdb", "-D", data, "-U", "graft", "-A", "scram-sha-256", f"--pwfile={password}"], user)
    with _running(["postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1"], user, port):
        # It listens before it answers.
        told = {**os.environ, "PGPASSWORD": PASSWORD, "PATH": _FOLDERS}
        command = ["createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "graft", "graft"]
        for _ in range(_TRIES):
            if subprocess.run(command, env=told, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.2)
        yield


@contextmanager
def _mysql(folder: Path, port: int) -> Iterator[None]:
    user = _own(folder, "mysql")
    data, start, link = folder / "data", folder / "start.sql", folder / "socket"
    data.mkdir()
    # The server wants a line for each.
    start.write_text(
        "CREATE DATABASE IF NOT EXISTS graft;\n"
        f"CREATE OR REPLACE USER graft@'%' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON graft.* TO graft@'%';\n"
    )
    start.chmod(0o644)
    _own(data, "mysql")
    _run(["mariadb-install-db", f"--datadir={data}", "--skip-test-db"], user)
    told = [f"--datadir={data}", f"--port={port}", f"--socket={link}", f"--init-file={start}"]
    with _running(["mariadbd", "--no-defaults", *told, "--bind-address=127.0.0.1"], user, port):
        yield


def _own(folder: Path, name: str) -> dict[str, Any]:
    """Gives a folder to the server's own user, since neither server runs as root; and how to run as it."""
    if os.geteuid():
        return {}
    shutil.chown(folder, name)
    return {"user": name}


def _run(command: Sequence[Any], user: dict[str, Any]) -> None:
    environment = {**os.environ, "PATH": _FOLDERS}
    subprocess.run(
        [*map(str, command)], env=environment, cwd="/", capture_output=True, check=True, timeout=120, **user
    )


@contextmanager
def _running(command: Sequence[Any], user: dict[str, Any], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [*map(str, command)],
        **(user | {"env": {**os.environ, "PATH": _FOLDERS}, "cwd": "/"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(_TRIES):
            with socket.socket() as link:
                if link.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])
