"""The folder in which a pipeline keeps what it makes, and who may write to it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import InputError
from pipeline.paths import check_text


@dataclass(frozen=True)
class Workspace:
    """Paths below `root`: `metadata.sqlite`, `artifacts/`, `runs/<run id>/`, `serving/<name>/`."""

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
    def runs(self) -> Path:
        return self.root / "runs"

    def serving(self, name: str) -> Path:
        return self.root / "serving" / name

    def new_run(self) -> Path:
        """Makes the folder of a new run; its name, the run's id, is the time and sorts by it.

        Raises:
            InputError: the workspace cannot be written.
        """
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            run_id = stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
            number = 1
            while (self.runs / run_id).exists():
                number += 1
                run_id = f"{stamp}-{number:03}"
            (self.runs / run_id).mkdir()
        except OSError as error:
            raise InputError(
                f"workspace `{self.root}` cannot be written: {error.strerror}. "
                "Choose another with --workspace DIR, or mend its permissions."
            ) from error
        return self.runs / run_id

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the workspace for one run; the lock ends with the process, however it ends.

        Raises:
            InputError: another run holds it, or it cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InputError(
                f"workspace `{self.root}` cannot be written: {error.strerror}. "
                "Choose another with --workspace DIR, or mend its permissions."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise InputError(
                f"another run is at work in workspace `{self.root}`. Wait for it, or choose another "
                "with --workspace DIR."
            ) from error
        try:
            yield
        finally:
            os.close(file)
