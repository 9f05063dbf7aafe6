"""Taking the address to serve on."""

from __future__ import annotations

import socket
import sys

from assistant.errors import CannotStart
from assistant.settings import Settings

_BACKLOG = 2048


def listen(settings: Settings, workers: int) -> list[socket.socket]:
    """One listening socket for each worker, at one address; taken before anything else is started, so that a port in use is told at once.

    On Linux the kernel deals connections out evenly among sockets that share a port (``SO_REUSEPORT``), while workers that share a socket
    may find all of a burst with one of them. The first socket is taken for itself and shared afterwards, or a second service could join.

    Raises:
        CannotStart: the address is not to be had.
    """
    first = _bound(settings, settings.port)
    if workers == 1 or sys.platform != "linux":
        return [first] * workers
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port = first.getsockname()[1]
    return [first, *(_bound(settings, port, shared=True) for _ in range(workers - 1))]


def _bound(settings: Settings, port: int, *, shared: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((settings.host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"cannot listen on {settings.host}:{port}: {error.strerror}. "
            f"Stop what listens there, or take another port: make run PORT={port + 1}"
        ) from None
    return listener
