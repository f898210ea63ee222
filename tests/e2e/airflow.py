"""A real Airflow for the tests: scheduler, DAG processor, API server, installed by `make airflow`."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.e2e.sample import ROOT

BINARY = ROOT / ".airflow" / "bin" / "airflow"
_DONE = ("success", "failed")


class Airflow:
    """Used as a context manager: runs as long as the block does."""

    def __init__(self, home: Path) -> None:
        self.dags = home / "dags"
        self.dags.mkdir(parents=True)
        self._home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self._url}/execution/",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self._token = ""

    def __enter__(self) -> Self:
        subprocess.run(
            [BINARY, "db", "migrate"], env=self._environment, check=True, capture_output=True, timeout=300
        )
        for part in ("api-server", "scheduler", "dag-processor"):
            log = (self._home / f"{part}.log").open("wb")
            self._processes.append(
                subprocess.Popen(
                    [BINARY, part], env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        _wait(lambda: self._ask("/auth/token") is not None, 120)
        self._token = (self._ask("/auth/token") or {})["access_token"]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def parsed(self, dag: str) -> dict[str, Any]:
        """The DAG as Airflow sees it, once it does, and no file with an error."""
        _wait(lambda: self._ask(f"/api/v2/dags/{dag}") is not None, 120)
        assert self._get("/api/v2/importErrors")["total_entries"] == 0
        self._ask(f"/api/v2/dags/{dag}", "PATCH", {"is_paused": False})
        return self._get(f"/api/v2/dags/{dag}/details")

    def trigger(self, dag: str, **parameters: Any) -> str:
        """Starts a run, and says how Airflow calls it."""
        run = self._ask(f"/api/v2/dags/{dag}/dagRuns", "POST", {"logical_date": None, "conf": parameters})
        assert run is not None
        return str(run["dag_run_id"])

    def wait(self, dag: str, run: str, seconds: float = 900) -> str:
        """The state in which the run ends."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}"
        _wait(lambda: self._get(path)["state"] in _DONE, seconds)
        return str(self._get(path)["state"])

    def tasks(self, dag: str, run: str) -> dict[str, dict[str, Any]]:
        """Every task of a run: its state, tries, and times."""
        found = self._get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances")
        return {task["task_id"]: task for task in found["task_instances"]}

    def log(self, dag: str, run: str, task: str, attempt: int = 1) -> str:
        """What a task wrote."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{attempt}"
        return json.dumps(self._get(path))

    def xcom(self, dag: str, run: str, task: str, key: str) -> Any:
        """What a task left for others."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/{key}?deserialize=true"
        return self._get(path)["value"]

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._ask(path)
        assert answer is not None, path
        return answer

    def _ask(self, path: str, method: str = "GET", body: Any = None) -> dict[str, Any] | None:
        """The answer; `None` while there is none."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return dict(json.load(answer))
        except OSError:
            return None


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "Airflow did not get that far"
        time.sleep(1)
