"""The folder in which a pipeline keeps what it makes, and who may write to it."""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import InputError
from pipeline.paths import check_text
from pipeline.whole_file import write_whole

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def check_run_id(run_id: str) -> None:
    """Raises InputError if an orchestrator's name for a run is no name of a folder."""
    if not _RUN_ID.fullmatch(run_id):
        raise InputError(
            f"--run-id must be letters, digits, `_`, `.` and `-`, at most 100. Received: {run_id!r}"
        )


@dataclass(frozen=True)
class Workspace:
    """Paths below `root`: `metadata.sqlite`, `artifacts/`, `runs/<run id>/`, `serving/<name>/`.

    `metadata.address` is there where the metadata are in a database.
    """

    root: Path

    def __post_init__(self) -> None:
        """Raises InputError if ML Metadata and TensorFlow could not hold the path."""
        check_text(str(self.root), "workspace")

    @property
    def artifacts(self) -> Path:
        return self.root / "artifacts"

    @property
    def metadata(self) -> Path:
        return self.root / "metadata.sqlite"

    @property
    def metadata_address(self) -> Path:
        return self.root / "metadata.address"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    def serving(self, name: str) -> Path:
        return self.root / "serving" / name

    def new_run(self, is_free: Callable[[str], bool] = lambda run_id: True) -> Path:
        """Makes the folder of a new run; its name, the run's id, is the time and sorts by it.

        Args:
            is_free: whether nobody else has this id, where others are asked.

        Raises:
            InputError: the workspace cannot be written.
        """
        with self._writing():
            self.runs.mkdir(parents=True, exist_ok=True)
            while True:
                run_id = datetime.now().strftime("%Y%m%d-%H%M%S-%f")[:-3]  # to the millisecond
                if not (self.runs / run_id).exists() and is_free(run_id):
                    break
                time.sleep(0.001)
            (self.runs / run_id).mkdir()
        return self.runs / run_id

    def join_run(self, run_id: str, config: str) -> Path:
        """The folder of a run whose nodes have a process each; the first of them makes it.

        Args:
            run_id: an orchestrator's name for the run, the same for all of its nodes.
            config: as YAML, the same for all of them.

        Raises:
            InputError: the id is no name of a folder, the run has another config, or the workspace cannot be
                written.
        """
        check_run_id(run_id)
        file = self.runs / run_id / "config.yaml"
        with self._writing():
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                write_whole(file, config)
        if file.read_text(encoding="utf-8") != config:
            raise InputError(
                f"run {run_id} has another config, see `{file}`. A run has one for all of its nodes: repeat "
                "what the others were called with, or choose another --run-id."
            )
        return file.parent

    @contextmanager
    def locked(self, node: str | None = None) -> Iterator[None]:
        """Holds the workspace; the lock ends with the process, however it ends.

        Args:
            node: `None` for a whole run, which is alone. Nodes that have a process each work side by side,
                but no node beside itself: the second one waits, for a killed orchestrator may have left the
                first one at work.

        Raises:
            InputError: another run holds it, or it cannot be written.
        """
        with self._writing():
            self.root.mkdir(parents=True, exist_ok=True)
            files = [os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o644)]
            if node:
                files.append(os.open(self.root / f".lock.{node}", os.O_RDWR | os.O_CREAT, 0o644))
        try:
            fcntl.flock(files[0], (fcntl.LOCK_SH if node else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            for file in files:
                os.close(file)
            raise InputError(
                f"another run is at work in workspace `{self.root}`. Wait for it, or choose another "
                "with --workspace DIR."
            ) from error
        try:
            for file in files[1:]:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            for file in files:
                os.close(file)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Raises InputError if what happens inside cannot be written."""
        try:
            yield
        except OSError as error:
            raise InputError(
                f"workspace `{self.root}` cannot be written: {error.strerror}. "
                "Choose another with --workspace DIR, or mend its permissions."
            ) from error
