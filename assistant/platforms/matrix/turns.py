"""Changes of one thing, one after another.

Matrix offers no change that depends on what was read. Those of this process wait for each other here; others may still come in between.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

_locks: WeakValueDictionary[tuple[object, ...], asyncio.Lock] = WeakValueDictionary()


def turn(*of: str) -> asyncio.Lock:
    """The lock of one thing, by whatever names it, on this event loop; it is forgotten once nobody holds it."""
    key = (id(asyncio.get_running_loop()), *of)
    lock = _locks.get(key)
    if lock is None:
        lock = _locks[key] = asyncio.Lock()
    return lock
