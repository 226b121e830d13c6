"""Ports for the servers that tests start: below those that the system hands to outgoing connections (Linux: from 32768), which would take one between its choice and its use,
or while its server restarts."""

import itertools
import os
import secrets
import socket

LOWEST, EACH, WORKERS = 12_000, 2_000, 10
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_steps = itertools.count(secrets.randbelow(EACH))  # two runs on one machine do not begin at the same one


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports() -> tuple[int, int]:
    """Two in a row that nobody uses. A process gives none out again before it has been through all of its 2,000."""
    for step in itertools.islice(_steps, EACH):
        port = LOWEST + _worker * EACH + step * 2 % EACH
        if _free(port) and _free(port + 1):
            return port, port + 1
    raise RuntimeError("no port is free")


def free_port() -> int:
    """One that nobody uses."""
    return free_ports()[0]
