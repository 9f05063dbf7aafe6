"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    CLEAN = 0
    REACHED = 1
    """Something reached ``--exit-on``, or a connection's test found something wrong."""
    USAGE = 2
    FAILED_LINES = 3
    CANNOT_START = 4
