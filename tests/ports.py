"""Ports that nobody listens at."""

import socket


def free_port() -> int:
    """One of this machine's."""
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])
