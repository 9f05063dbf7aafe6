"""One member's list out of very many items: time per list, and how many of the nearest items the index finds. Prints JSON.

Run by ``eval.bench`` in a process of its own. Items and touches are made up: vectors of 128 dimensions around 2,000 topics, a million
touches of 20,000 members who each keep to a few topics.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assistant.backends.faiss_index import FaissVectors
from assistant.push.flow import recommend
from assistant.push.memory import Memory
from assistant.push.rows import F32, Ints
from assistant.types.item import Item, Touch

ITEMS, TOUCHES, MEMBERS, TOPICS, DIMENSIONS = 1_000_000, 1_000_000, 20_000, 2_000, 128
ASKED, DEEP, NEAREST = 400, 10, 100
_T0 = 1_700_000_000.0
_DAY_S = 86_400.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help=f"of {ITEMS:,} items and {TOUCHES:,} touches")
    options = parser.parse_args()
    print(json.dumps(measure(max(2_000, int(ITEMS * options.scale)), max(2_000, int(TOUCHES * options.scale)))))


def measure(items: int, touches: int) -> dict[str, Any]:
    rng = np.random.default_rng(20_260)
    memory, vectors = _items(rng, items)
    start = time.perf_counter()
    _touch(rng, memory, items, touches)
    folded = time.perf_counter() - start
    start = time.perf_counter()
    index = FaissVectors.build(vectors)
    built = time.perf_counter() - start

    def nearest(vector: F32, count: int) -> Ints:
        return index.nearest(vector, count)[0].astype(np.int64)

    memory.nearest = nearest
    return {
        "items": items,
        "touches": touches,
        "ms": _times(rng, memory),
        "recall@100": _recall(rng, index, vectors),
        "touches folded per second": touches / folded,
        "seconds to build the index": built,
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _items(rng: np.random.Generator, count: int) -> tuple[Memory, F32]:
    topics = rng.normal(size=(TOPICS, DIMENSIONS)).astype(np.float32)
    vectors = topics[np.arange(count) % TOPICS] + 0.7 * rng.normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    memory = Memory(DIMENSIONS)
    published = datetime.fromtimestamp(_T0, UTC)
    for number in range(count):
        memory.put(Item(id=f"i{number}", title=f"t{number}", published_at=published), vectors[number])
    return memory, vectors


def _touch(rng: np.random.Generator, memory: Memory, items: int, touches: int) -> None:
    members = rng.integers(0, MEMBERS, touches)
    topic = (members * 7 + rng.integers(0, 3, touches)) % TOPICS
    chosen = (rng.geometric(0.02, touches) % max(1, items // TOPICS)) * TOPICS + topic
    for at in range(touches):
        memory.add(Touch(f"m{members[at]}", f"i{chosen[at] % items}", _T0 + 10 * _DAY_S * at / touches))


def _times(rng: np.random.Generator, memory: Memory) -> dict[str, float]:
    now = _T0 + 10 * _DAY_S
    members = [f"m{number}" for number in rng.integers(0, MEMBERS, ASKED + 50)]
    taken = []
    for place, member in enumerate(members):
        start = time.perf_counter()
        recommend(memory, memory.past(member), memory.seen(member), now, DEEP, seed=str(place))
        taken.append((time.perf_counter() - start) * 1_000)
    p50, p95, p99 = np.percentile(taken[50:], [50, 95, 99])
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99)}


def _recall(rng: np.random.Generator, index: FaissVectors, vectors: F32) -> float:
    shares = []
    for row in rng.integers(0, len(vectors), 200):
        asked = vectors[row] + 0.02 * rng.normal(size=DIMENSIONS).astype(np.float32)
        truth = np.argpartition(-(vectors @ asked), NEAREST)[:NEAREST]
        found, _ = index.nearest(asked, NEAREST)
        shares.append(len(set(truth.tolist()) & set(found.tolist())) / NEAREST)
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
