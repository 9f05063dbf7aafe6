"""Files that processes map, with room on the disk for every page: one that finds none when it is written ends the process by SIGBUS."""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

_FIRST_BYTES = 1 << 16
"""The library's own first size, which it doubles."""
_BESIDE_A_KEY = 4 + 8 + 16
"""Bytes: the key's length, at most so much padding, the value and its time."""


def reserve(file: int, size: int) -> None:
    """The first ``size`` bytes of an open file are on the disk from now on; what was written there stays, the rest is zero.

    Raises:
        OSError: there is no room.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    elif (missing := size - os.fstat(file).st_size) > 0:
        os.pwrite(file, bytes(missing), size - missing)


class ReservedCounts(MmapedDict):
    """The file in which the metrics' library keeps one process's counts. OSError, where a new count finds no room: the others go on."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            _begin(Path(filename))
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        needed, size = self._used + len(key.encode()) + _BESIDE_A_KEY, self._capacity
        while needed > size:
            size *= 2
        if size > self._capacity:
            reserve(self._f.fileno(), size)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def _begin(path: Path) -> None:
    """Whole or not at all: whoever adds up the counts of all processes cannot read a file without any."""
    with path.open("ab") as file:
        try:
            reserve(file.fileno(), _FIRST_BYTES)
        except OSError:
            path.unlink()
            raise
