"""Headless Chromium, spoken to through its own pipe: no driver, no port, no package.

Protocol: https://chromedevtools.github.io/devtools-protocol/, messages as JSON, each ended by a zero byte.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BINARY = next(filter(None, map(shutil.which, _NAMES)), None)
needs_chromium = pytest.mark.skipif(
    BINARY is None, reason="there is no Chromium: `apt-get install chromium`, and this test looks at the page"
)
_PATIENCE_SECONDS = 60


class Page:
    """One page of a browser.

    Attributes:
        requests: addresses that were asked for.
        complaints: what stands in the console, errors that nobody caught, what the policy refused.
    """

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read, self._left, self._number = write, read, b"", 0
        self._session: str | None = None
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._is_loaded = False
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def open(self, file: Path, width: int = 1280, height: int = 900, is_dark: bool = False) -> None:
        """Opens a file from disk, and waits until it is there."""
        self.send(
            *("Emulation.setDeviceMetricsOverride",),
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self._is_loaded = False
        self.send("Page.navigate", url=file.as_uri())
        while not self._is_loaded:
            self._receive()

    def ask(self, expression: str) -> Any:
        """What a JavaScript expression is worth on the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self, file: Path, is_whole: bool = True) -> None:
        """The page as PNG; not `is_whole`, what is in the window."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=is_whole)
        file.write_bytes(base64.b64decode(answer["data"]))

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Gives an order, and waits for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            pass
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while b"\0" not in self._left:
            assert time.monotonic() < deadline, "Chromium does not answer"
            content = os.read(self._read, 1 << 20)
            assert content, "Chromium has ended"
            self._left += content
        line, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._is_loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(json.dumps(told["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser with one page, for the time of the `with` block; `profile` is a folder of its own."""
    orders, answers = os.pipe(), os.pipe()
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    arguments += ["--remote-debugging-pipe", f"--user-data-dir={profile}"]
    # Chromium reads from descriptor 3 and writes to 4; other shells know no descriptors of two digits.
    shell = f'exec "$0" "$@" 3<&{orders[0]} 4>&{answers[1]}'
    process = subprocess.Popen(
        ["bash", "-c", shell, str(BINARY), *arguments],
        pass_fds=(orders[0], answers[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(orders[0])
    os.close(answers[1])
    try:
        yield Page(orders[1], answers[0])
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)
        os.close(orders[1])
        os.close(answers[0])
