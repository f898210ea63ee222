"""TFX's handle on ML Metadata, with a store that waits for its database."""

from typing import Any

from tfx.orchestration import metadata

from pipeline.metadata.connecting import Store


class PatientMetadata(metadata.Metadata):
    """Connects anew each time that it is entered, as TFX's own does: a node's work holds no connection."""

    def __init__(self, connection: Any, patience_seconds: float = 0) -> None:
        """
        Args:
            connection: ML Metadata's `ConnectionConfig`.
            patience_seconds: how long to wait for a database that is away.
        """
        super().__init__(connection)
        self._patience_seconds = patience_seconds

    def __enter__(self) -> "PatientMetadata":
        """Raises as `Store` does: TFX's own tries for five seconds, and can give no reason."""
        self._store = Store(self._connection_config, self._patience_seconds)
        self._users += 1
        return self
