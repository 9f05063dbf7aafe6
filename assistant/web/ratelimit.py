"""Token buckets in memory: so many requests a minute for each caller, per process."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.errors import RateLimited

MAX_CALLERS = 20_000


class RateLimit:
    """A full bucket holds one minute's requests. The callers seen longest ago are forgotten over ``MAX_CALLERS``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, per_minute: int) -> None:
        """Spend one request of ``caller``; RateLimited says how long to wait when none is left."""
        now = self._clock()
        tokens, seen = self._buckets.pop(caller, (float(per_minute), now))
        tokens = min(per_minute, tokens + (now - seen) * per_minute / 60)
        spent = tokens >= 1
        self._buckets[caller] = (tokens - 1 if spent else tokens, now)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        if not spent:
            raise RateLimited(max(1, math.ceil((1 - tokens) * 60 / per_minute)), limit=per_minute)
