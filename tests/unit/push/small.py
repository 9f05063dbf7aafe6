"""A small world of items and touches."""

from datetime import UTC, datetime

import numpy as np

from assistant.push.memory import Memory
from assistant.types.item import Item, Touch

T0 = 1_700_000_000.0


def world(items=40, members=30, touches=600, seed=0, creators=5):
    """A memory with items, and touches in time order that were not folded in."""
    rng = np.random.default_rng(seed)
    memory = Memory(8)
    for number in range(items):
        vector = rng.normal(size=8)
        item = Item(
            id=f"i{number}",
            title=f"title {number}",
            published_at=datetime.fromtimestamp(T0 + number * 60, UTC),
            creator=f"c{number % creators}",
        )
        memory.put(item, (vector / np.linalg.norm(vector)).astype(np.float32))
    times = np.sort(rng.uniform(items * 60, 10 * 86400, touches)) + T0
    liked = np.clip(rng.geometric(0.08, touches) - 1, 0, items - 1)
    made = [Touch(f"m{rng.integers(members)}", f"i{item}", float(at)) for item, at in zip(liked, times, strict=True)]
    return memory, made
