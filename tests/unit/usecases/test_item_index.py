"""The index of very many items finds what is alike, whatever came, changed, went or expired since it was built."""

import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.push.memory import Memory
from assistant.types.item import Item
from assistant.usecases.push import item_index
from assistant.usecases.push.item_index import ItemIndex

pytest.importorskip("faiss")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
DIMENSIONS = 16


def vector(rng):
    drawn = rng.normal(size=DIMENSIONS).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


@pytest.fixture
def held(monkeypatch):
    """A memory of 400 items, two thirds of them expiring in an hour, and its index."""
    monkeypatch.setattr(item_index, "FLAT", 100)
    rng, memory, lock = np.random.default_rng(3), Memory(DIMENSIONS), threading.Lock()
    for number in range(400):
        put(memory, number, vector(rng), hours=1 if number % 3 else 1_000)
    index = ItemIndex(memory, lock)
    follow(index, lock)
    index.wait()
    return memory, index, lock, rng


def put(memory, number, its, hours=1_000):
    item = Item(
        id=f"i{number}", title="t", published_at=NOW - timedelta(days=1), expires_at=NOW + timedelta(hours=hours)
    )
    memory.put(item, its)


def follow(index, lock, at=NOW):
    with lock:
        index.follow(at.timestamp())


def alike(memory, its, count=1):
    assert memory.nearest is not None
    return memory.nearest(its, count).tolist()


def test_it_finds_the_nearest_and_follows_what_comes_and_changes(held):
    memory, index, lock, rng = held
    for row in range(0, 400, 40):
        assert alike(memory, memory.catalogue.vectors(np.array([row]))[0]) == [row]
    new, moved, gone = vector(rng), vector(rng), memory.catalogue.vectors(np.array([9]))[0]
    put(memory, 400, new)
    put(memory, 7, moved)
    memory.catalogue.drop("i9")
    follow(index, lock)
    assert alike(memory, new) == [400]
    assert alike(memory, moved) == [7]
    assert alike(memory, gone) != [9]


def test_what_has_expired_takes_nobodys_place_and_is_left_out_of_the_next_building(held):
    memory, index, lock, rng = held
    later = NOW + timedelta(hours=2)
    follow(index, lock, later)
    asked = vector(rng)
    live = np.flatnonzero(memory.catalogue.live(later.timestamp()))
    best = live[np.argsort(-(memory.catalogue.vectors(live) @ asked))][:20]
    assert len(live) < 200
    index.wait()
    assert len(set(alike(memory, asked, 20)) & set(best.tolist())) >= 18
    assert index._vectors.index.ntotal == len(live)


def test_twice_as_many_are_built_anew_and_none_is_missing(held):
    memory, index, lock, rng = held
    first = index._vectors
    for number in range(400, 900):
        put(memory, number, vector(rng))
    follow(index, lock)
    put(memory, 900, (newest := vector(rng)))
    index.wait()
    follow(index, lock)
    assert index._vectors is not first
    assert alike(memory, newest) == [900]
    assert all(alike(memory, memory.catalogue.vectors(np.array([row]))[0]) == [row] for row in (0, 450, 899))


def test_another_memory_is_served_at_once_and_by_an_index_without_what_was_dropped(held):
    memory, index, lock, _ = held
    other, first = Memory(DIMENSIONS, memory.catalogue), index._vectors
    third, gone = (memory.catalogue.vectors(np.array([row]))[0].copy() for row in (3, 9))
    memory.catalogue.drop("i9")
    with lock:
        index.serve(other)
    assert alike(other, third) == [3]
    follow(index, lock)
    index.wait()
    assert index._vectors is not first
    assert alike(other, third) == [3]
    assert alike(other, gone) != [9]
    held = index._vectors.index
    assert held.ntotal == 399
