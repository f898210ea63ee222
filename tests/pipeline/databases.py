"""MySQL and PostgreSQL for the length of a test, where the machine has their servers."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

PASSWORD = "s3cret/&%40"
"""With characters that an address would have to escape."""
_FOLDERS = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
)
_TRIES = 150


@dataclass
class Server:
    """A server with an empty database; it can be stopped and started again.

    Attributes:
        address: as `metadata.address` has it.
    """

    address: str
    command: Sequence[Any]
    user: dict[str, Any]
    port: int
    made: int = 0
    process: subprocess.Popen[bytes] | None = None

    def new_address(self) -> str:
        """Of another database on the same server, which is not there yet; ML Metadata makes it."""
        self.made += 1
        return f"{self.address}{self.made}"

    def start(self) -> None:
        """Returns when it listens."""
        self.process = subprocess.Popen(
            [*map(str, self.command)],
            **(self.user | {"env": {**os.environ, "PATH": _FOLDERS}, "cwd": "/"}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(_TRIES):
            with socket.socket() as link:
                if link.connect_ex(("127.0.0.1", self.port)) == 0 and self._answers():
                    return
            time.sleep(0.2)

    def _answers(self) -> bool:
        """A MariaDB that listens may still begin, and then does not hear that it shall end."""
        if not self.address.startswith("mysql"):
            return True
        try:
            pymysql.connect(host="127.0.0.1", port=self.port, user="graft", password=PASSWORD).close()
        except pymysql.MySQLError:
            return False
        return True

    def stop(self) -> None:
        """Without waiting for those that are connected."""
        if self.process is not None:
            is_mysql = self.address.startswith("mysql")
            self.process.send_signal(signal.SIGTERM if is_mysql else signal.SIGINT)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@contextmanager
def database(kind: str) -> Iterator[Server]:
    """A new server; its password is `PASSWORD`.

    Args:
        kind: `mysql` or `postgresql`.
    """
    program, package = {"mysql": ("mariadbd", "mariadb-server"), "postgresql": ("initdb", "postgresql")}[kind]
    if not shutil.which(program, path=_FOLDERS):
        pytest.skip(f"no {kind} server on this machine: apt-get install {package}")
    port = _free_port()
    address = f"{kind}://graft@127.0.0.1:{port}/graft"
    # Short, since the path of a socket lies in it; and not in pytest's folder, which is root's alone.
    with tempfile.TemporaryDirectory(prefix="graft-", dir="/tmp") as folder:
        prepare = {"mysql": _mysql, "postgresql": _postgresql}[kind]
        server = Server(address, *prepare(Path(folder), port), port)
        server.start()
        try:
            if kind == "postgresql":
                _create(port)
            yield server
        finally:
            server.stop()


def _postgresql(folder: Path, port: int) -> tuple[Sequence[Any], dict[str, Any]]:
    user = _own(folder, "postgres")
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    told = ["-U", "graft", "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={password}"]
    _run(["initdb", "-D", data, *told], user)
    return ["postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1"], user


def _create(port: int) -> None:
    """It listens before it answers."""
    told = {**os.environ, "PGPASSWORD": PASSWORD, "PATH": _FOLDERS}
    command = ["createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "graft", "graft"]
    for _ in range(_TRIES):
        if subprocess.run(command, env=told, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)


def _mysql(folder: Path, port: int) -> tuple[Sequence[Any], dict[str, Any]]:
    user = _own(folder, "mysql")
    data, start, link = folder / "data", folder / "start.sql", folder / "socket"
    data.mkdir()
    # The server wants a line for each.
    start.write_text(
        "CREATE DATABASE IF NOT EXISTS graft;\n"
        f"CREATE OR REPLACE USER graft@'%' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON *.* TO graft@'%';\n"
    )
    start.chmod(0o644)
    _own(data, "mysql")
    _run(["mariadb-install-db", f"--datadir={data}", "--skip-test-db"], user)
    told = [f"--datadir={data}", f"--port={port}", f"--socket={link}", f"--init-file={start}"]
    return ["mariadbd", "--no-defaults", *told, "--bind-address=127.0.0.1"], user


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


def _free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])
