"""One member's list out of very many items: time per list, and how many of the nearest items the index finds. Prints JSON.

Run by ``eval.bench`` in a process of its own, on the embedded PostgreSQL. Items, members and touches are made up: vectors around 2,000
topics, a million touches of 20,000 members who each keep to a few of them. They are put into their tables by statements that take thousands
at once, as texts that nobody screens and vectors that no model made; from there all is the product's own: reading, indexing, and requests
as the route makes them, each of which is logged.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection as Transaction
from sqlalchemy import text

from assistant.push.flow import recommend
from assistant.push.memory import Memory
from assistant.push.rows import F32, Ints
from assistant.settings import Settings
from assistant.store import events as event_store
from assistant.types import Own
from assistant.usecases.assistant import Assistant
from assistant.usecases.communities import create_community
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.push.recommend import memory_of, recommend_items
from assistant.wiring import build
from eval.bench.million import resident

ITEMS, TOUCHES, MEMBERS, TOPICS = 1_000_000, 1_000_000, 20_000, 2_000
ASKED, WARM, DEEP, NEAREST, TRIED = 1_000, 50, 10, 100, 200
_COMMUNITY = "catalogue"
_PART = 10_000
_T = TypeVar("_T")
_ITEMS = """
    INSERT INTO items (community, id, kind, title, text, url, tags, creator, published_at, hidden, hidden_because, properties, vector,
        model, created_at, updated_at)
    SELECT %(c)s, 'i' || n, 'post', 'the title of item ' || n, 'its text', '', ARRAY['t' || n %% 2000], '', %(at)s, false, '{}', '{}', v,
        %(model)s, now(), %(at)s
    FROM unnest(%(numbers)s::int[], %(vectors)s::bytea[]) AS given(n, v)"""
_EVENTS = """
    INSERT INTO events (community, id, at, type, member_id, item_id, flagged, properties, source, received_at)
    SELECT %(c)s, 'e' || n, to_timestamp(at), 'click', 'm' || member, 'i' || item, false, '{}', 'bench', to_timestamp(at)
    FROM unnest(%(numbers)s::int[], %(members)s::int[], %(items)s::int[], %(times)s::float8[]) AS given(n, member, item, at)"""
_CONSENTS = """
    INSERT INTO consents (community, member_id, purpose, granted, source, at)
    SELECT :c, 'm' || n, 'profiling', true, 'bench', now() FROM generate_series(0, :n) AS n"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help=f"of {ITEMS:,} items and {TOUCHES:,} touches")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as folder:
        assistant = build(Settings(data_dir=Path(folder), demo=False))
        try:
            print(json.dumps(measure(assistant, max(2_000, int(ITEMS * scale)), max(2_000, int(TOUCHES * scale)))))
        finally:
            assistant.close()


def measure(assistant: Assistant, items: int, touches: int, asked: int = ASKED) -> dict[str, Any]:
    create_community(assistant.database, _COMMUNITY, _COMMUNITY, Own())
    rng = np.random.default_rng(20_260)
    empty = resident()
    filled, _ = _timed(lambda: _fill(assistant, rng, items, touches))
    read, kept = _timed(lambda: memory_of(assistant, _COMMUNITY, assistant.clock()))
    built, _ = _timed(kept.index.wait)
    return {
        "items": items,
        "touches": touches,
        "dimensions": kept.memory.catalogue.dimensions,
        "ms per request, logged in the database": _requests(assistant, rng, asked),
        "ms per list, in memory": _lists(rng, kept.memory, asked),
        "recall@100, near an item": _recall(kept.memory, _near(rng, kept.memory)),
        "recall@100, members' interests": _recall(kept.memory, _interests(rng, kept.memory)),
        "seconds to fill": filled,
        "seconds to read items and touches": read,
        "seconds to build the index, beside": built,
        "memory MB before": empty,
        "memory MB": resident(),
        "memory MB, at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _fill(assistant: Assistant, rng: np.random.Generator, items: int, touches: int) -> None:
    begin = datetime.now(UTC) - timedelta(days=10)
    event_store.make_months(assistant.database, [begin, begin + timedelta(days=10)])
    with assistant.database.transaction(_COMMUNITY) as transaction:
        transaction.execute(text(_CONSENTS), {"c": _COMMUNITY, "n": MEMBERS - 1})
    embedder = embedder_of(assistant)
    dimensions, model = (embedder.dimensions if embedder is not None else 0), model_of(embedder)
    topics = rng.normal(size=(TOPICS, dimensions)).astype(np.float32)
    for first in range(0, items, _PART):
        numbers = np.arange(first, min(first + _PART, items))
        vectors = topics[numbers % TOPICS] + 0.7 * rng.standard_normal((len(numbers), dimensions), np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        at = begin - timedelta(minutes=(items - first) / _PART)
        given = {"at": at, "model": model, "numbers": numbers.tolist()}
        with assistant.database.transaction(_COMMUNITY) as transaction:
            _put(transaction, _ITEMS, given | {"vectors": [one.tobytes() for one in vectors.astype(np.float16)]})
    for first in range(0, touches, _PART):
        with assistant.database.transaction(_COMMUNITY) as transaction:
            _put(
                transaction, _EVENTS, _deeds(rng, np.arange(first, min(first + _PART, touches)), items, touches, begin)
            )


def _put(transaction: Transaction, statement: str, given: dict[str, Any]) -> None:
    transaction.exec_driver_sql(statement, {"c": _COMMUNITY, **given})


def _deeds(rng: np.random.Generator, numbers: Any, items: int, touches: int, begin: datetime) -> dict[str, Any]:
    members = rng.integers(0, MEMBERS, len(numbers))
    topic = (members * 7 + rng.integers(0, 3, len(numbers))) % TOPICS
    chosen = (rng.geometric(0.02, len(numbers)) % max(1, items // TOPICS)) * TOPICS + topic
    times = begin.timestamp() + 10 * 86_400.0 * (numbers + 1) / (touches + 1)
    return {
        "numbers": numbers.tolist(),
        "members": members.tolist(),
        "items": (chosen % items).tolist(),
        "times": times.tolist(),
    }


def _requests(assistant: Assistant, rng: np.random.Generator, asked: int) -> dict[str, float]:
    def ask(member: str, _: int) -> None:
        recommend_items(assistant, _COMMUNITY, member, DEEP, None, "en")

    return _times(rng, asked, ask)


def _lists(rng: np.random.Generator, memory: Memory, asked: int) -> dict[str, float]:
    now = time.time()

    def make(member: str, number: int) -> None:
        recommend(memory, memory.past(member), memory.seen(member), now, DEEP, seed=str(number))

    return _times(rng, asked, make)


def _times(rng: np.random.Generator, asked: int, work: Callable[[str, int], None]) -> dict[str, float]:
    """Also the processor time of the asking thread alone, which a busy machine changes least: without the database's."""
    taken, processor = [], []
    for number, member in enumerate(rng.integers(0, MEMBERS, asked + WARM)):
        start, began = time.perf_counter(), time.thread_time()
        work(f"m{member}", number)
        taken.append((time.perf_counter() - start) * 1_000)
        processor.append((time.thread_time() - began) * 1_000)
    named = {"": taken, "processor, ": processor}
    return {
        f"{name}p{share}": float(np.percentile(its[WARM:], share))
        for name, its in named.items()
        for share in (50, 95, 99)
    }


def _near(rng: np.random.Generator, memory: Memory) -> F32:
    rows = memory.catalogue.vectors(rng.integers(0, len(memory.catalogue), TRIED))
    return np.asarray(rows + 0.02 * rng.standard_normal(rows.shape, np.float32), np.float32)


def _interests(rng: np.random.Generator, memory: Memory) -> F32:
    """What the likeness of items is asked with, of members drawn at random."""
    asked: list[F32] = []
    nearest = memory.nearest

    def note(vector: F32, _: int) -> Ints:
        asked.append(vector)
        return np.zeros(0, np.int64)

    memory.nearest = note
    for member in rng.integers(0, MEMBERS, TRIED):
        memory.alike(memory.past(f"m{member}"), time.time(), NEAREST)
    memory.nearest = nearest
    return np.array(asked, np.float32)


def _recall(memory: Memory, asked: F32) -> float:
    """Of the items that looking at every one finds, the share that the lists' own search does."""
    rows, shares = memory.catalogue.vectors(slice(None)), []
    for vector in asked:
        truth = np.argpartition(-(rows @ vector), NEAREST)[:NEAREST]
        found = (memory.nearest or memory.catalogue.nearest)(vector, NEAREST)
        shares.append(len(np.intersect1d(truth, found)) / NEAREST)
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
