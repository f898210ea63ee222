"""How the machines of a cluster come together: the chief waits for all, and tells all what to train.

TensorFlow's own wait has no end that could be set, and neither Python nor SIGTERM ends it. So the chief
first listens at its own address, where TensorFlow's server will stand in a moment, and TensorFlow starts
when everybody is there. Messages are lines of JSON.
"""

import contextlib
import json
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from components.trainer.cluster import VARIABLE, WAIT_VARIABLE, Cluster
from pipeline.errors import InputError

Order = dict[str, Any]
"""What to train, as JSON has it."""

_RETRY_SECONDS = 1.0
_SPEAK_SECONDS = 10.0
"""In which whoever connects must say who it is."""


def call_workers(cluster: Cluster, order: Order) -> None:
    """The chief's part: hands out `order` once all others are there.

    Raises:
        InputError: some did not come in time, or have another `TF_CONFIG`.
    """
    deadline = time.monotonic() + cluster.wait_seconds
    line = json.dumps(order).encode() + b"\n"
    _, port = _split(cluster.addresses[0])
    present: dict[int, socket.socket] = {}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_listening(port, cluster.addresses[0]))
        while missing := set(range(1, len(cluster.addresses))) - present.keys():
            server.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                connection, _ = server.accept()
            except TimeoutError:
                raise InputError(_absent(cluster, missing)) from None
            stack.enter_context(connection)
            rank = _rank_of(connection, cluster)
            if rank is not None:
                # One that was started anew takes the place of its former self.
                present[rank] = connection
                logging.info("worker %d of %d came", rank, len(cluster.addresses) - 1)
        for connection in present.values():
            connection.sendall(line)


def await_order(cluster: Cluster, is_over: Callable[[], bool]) -> Order | None:
    """A worker's part: waits for the chief's order.

    Args:
        cluster: with this process's place in it.
        is_over: asked now and then; the chief needs nobody if what it would do is done.

    Returns:
        `None` where there is nothing to do.

    Raises:
        InputError: the chief did not call in time.
    """
    deadline = time.monotonic() + cluster.wait_seconds
    chief = _split(cluster.addresses[0])
    while time.monotonic() < deadline:
        if is_over():
            return None
        # It does not listen yet, or ended before all were there.
        with contextlib.suppress(OSError), socket.create_connection(chief, _SPEAK_SECONDS) as connection:
            hello = {"rank": cluster.rank, "addresses": cluster.addresses}
            connection.sendall(json.dumps(hello).encode() + b"\n")
            connection.settimeout(max(deadline - time.monotonic(), 0.01))
            if line := connection.makefile("rb").readline():
                return dict(json.loads(line))
        time.sleep(_RETRY_SECONDS)
    raise InputError(_absent(cluster, {0}))


def _listening(port: int, address: str) -> socket.socket:
    try:
        return socket.create_server(("", port))
    except OSError as error:
        raise InputError(
            f"the chief of {VARIABLE} cannot listen at {address}: {error.strerror}. Give it a free port."
        ) from error


def _rank_of(connection: socket.socket, cluster: Cluster) -> int | None:
    """Who connected; `None` for whoever is no worker, such as a scanner of ports."""
    connection.settimeout(_SPEAK_SECONDS)
    try:
        hello = json.loads(connection.makefile("rb").readline(1 << 20))
        rank, addresses = int(hello["rank"]), tuple(hello["addresses"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if addresses != cluster.addresses or not 0 < rank < len(addresses):
        raise InputError(
            f"worker {rank} has another {VARIABLE} than the chief: it names {', '.join(addresses)}, and the "
            f"chief's names {', '.join(cluster.addresses)}. Give all machines the same cluster."
        )
    return rank


def _absent(cluster: Cluster, ranks: set[int]) -> str:
    who = ", ".join(cluster.addresses[rank] for rank in sorted(ranks))
    return (
        f"{who} of {VARIABLE} did not come within {cluster.wait_seconds:g} s. Start the same command on each "
        f"of its machines, at about the same time, or let them wait longer: {WAIT_VARIABLE}=SECONDS."
    )


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
