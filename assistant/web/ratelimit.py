"""Token buckets: so many requests a minute for each caller."""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

from assistant.errors import RateLimited
from assistant.web.reserved import reserve

MAX_CALLERS = 20_000


class RateLimit(Protocol):
    """A full bucket holds one minute's requests. The callers seen longest ago are forgotten over about ``MAX_CALLERS``."""

    def take(self, caller: str, per_minute: int) -> None:
        """Spend one request of ``caller``; RateLimited says how long to wait when none is left."""
        ...


class Bucket(NamedTuple):
    """``tokens`` there were when it was ``seen``, in seconds of the system's monotonic clock."""

    tokens: float
    seen: float

    def after(self, now: float, per_minute: int) -> Bucket:
        """The bucket as it filled up since."""
        return Bucket(min(per_minute, self.tokens + (now - self.seen) * per_minute / 60), now)

    def spent(self) -> Bucket:
        """With one token less, if there is a whole one."""
        return Bucket(self.tokens - 1, self.seen) if self.tokens >= 1 else self


def _check(filled: Bucket, per_minute: int) -> None:
    if filled.tokens < 1:
        raise RateLimited(max(1, math.ceil((1 - filled.tokens) * 60 / per_minute)), limit=per_minute)


class LocalRateLimit:
    """In the memory of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, caller: str, per_minute: int) -> None:
        now = self._clock()
        filled = self._buckets.pop(caller, Bucket(per_minute, now)).after(now, per_minute)
        self._buckets[caller] = filled.spent()
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        _check(filled, per_minute)


class SharedRateLimit:
    """In a file that several processes map: a table of buckets, each in one of ``_PROBES`` places that its caller's digest names.

    The file's lock is held for the microseconds of one look-up, and the kernel releases it for a process that is killed. OSError, where the
    file finds no room.
    """

    _PLACE = struct.Struct("=8sdd")
    _PROBES = 8
    _EMPTY = bytes(8)

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic, places: int = MAX_CALLERS) -> None:
        self._clock = clock
        self._places = places
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        reserve(self._file, self._PLACE.size * (places + self._PROBES))
        self._table = mmap.mmap(self._file, 0)

    def take(self, caller: str, per_minute: int) -> None:
        digest = blake2b(caller.encode(), digest_size=8).digest()
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            now = self._clock()
            at, bucket = self._find(digest)
            filled = (bucket or Bucket(per_minute, now)).after(now, per_minute)
            self._PLACE.pack_into(self._table, at, digest, *filled.spent())
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        _check(filled, per_minute)

    def _find(self, digest: bytes) -> tuple[int, Bucket | None]:
        """The caller's place and bucket, or the place to use for it: an empty one, else that of the caller seen longest ago."""
        first = int.from_bytes(digest) % self._places * self._PLACE.size
        oldest, least = first, math.inf
        for at in range(first, first + self._PROBES * self._PLACE.size, self._PLACE.size):
            known, tokens, seen = self._PLACE.unpack_from(self._table, at)
            if known == digest:
                return at, Bucket(tokens, seen)
            if known == self._EMPTY:
                return at, None
            if seen < least:
                oldest, least = at, seen
        return oldest, None
