import asyncio
from datetime import UTC, datetime

import pytest

from assistant.access import hash_key, make_key
from assistant.errors import Unauthenticated
from assistant.types.access import KeyRecord, Scope
from assistant.web.auth import FRESH_S, KeyRing


class Store:
    """Counts what is asked; holds one key."""

    def __init__(self):
        self.secret = make_key()
        self.asked = 0
        self.record = KeyRecord("key_1", "demo", Scope.PLATFORM, "", hash_key(self.secret), "cak_", datetime.now(UTC))

    def find(self, hashed):
        self.asked += 1
        return self.record if hashed == self.record.hash else None


@pytest.fixture
def store():
    return Store()


def test_a_key_is_looked_up_once_in_its_time_even_by_many_at_once(store):
    now = [0.0]
    ring = KeyRing(store.find, lambda: now[0])

    async def many():
        return await asyncio.gather(*(ring.record(store.secret) for _ in range(20)))

    assert all(record is store.record for record in asyncio.run(many()))
    asyncio.run(ring.record(store.secret))
    assert store.asked == 1
    now[0] = FRESH_S
    asyncio.run(ring.record(store.secret))
    assert store.asked == 2


def test_what_cannot_be_a_key_never_reaches_the_store(store):
    ring = KeyRing(store.find)
    broken = store.secret[:-1] + ("0" if store.secret[-1] != "0" else "1")
    for key in ("", "hello", "cak_x", broken, store.secret + "\n", "é" * 54):
        with pytest.raises(Unauthenticated):
            asyncio.run(ring.record(key))
    assert store.asked == 0


def test_an_unknown_key_is_refused(store):
    with pytest.raises(Unauthenticated):
        asyncio.run(KeyRing(store.find).record(make_key()))


def test_a_failed_lookup_is_not_remembered(store):
    failures = [OSError("down")]

    def find(hashed):
        if failures:
            raise failures.pop()
        return store.find(hashed)

    ring = KeyRing(find)
    with pytest.raises(OSError, match="down"):
        asyncio.run(ring.record(store.secret))
    assert asyncio.run(ring.record(store.secret)) is store.record
