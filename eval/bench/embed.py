"""The shipped embedder beside MiniLM-L6 (the same texts, the same run, in turns, one core). Prints JSON.

Run by ``eval.bench`` in a process of its own, with one thread for every numeric library. MiniLM-L6 is left out where its package is not
installed. Texts are those of the other benches: about 60 characters, mixed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence

from assistant.backends.static_embedder import StaticEmbedder
from eval.bench.texts import texts
from eval.embedders import minilm

ROUNDS = 5
SINGLE, BATCH = 2_000, 8_192
THEIRS = 64
Encode = Callable[[Sequence[str]], object]


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    start = time.perf_counter()
    embedder = StaticEmbedder.load()
    loaded = time.perf_counter() - start
    teacher = minilm()
    runs: dict[str, list[float]] = {}
    for turn in range(ROUNDS + 1):
        found = {
            "ours, single": _speed(embedder.encode, [[text] for text in texts(SINGLE, turn)]),
            "ours, batch": _speed(embedder.encode, [texts(BATCH, 1000 + turn)]),
        }
        if teacher is not None:
            found["MiniLM-L6, batch"] = _speed(teacher.encode, [texts(THEIRS, 1000 + turn)])
        if turn:  # the first turn warms up
            for name, value in found.items():
                runs.setdefault(name, []).append(value)
    print(json.dumps({"texts per second": runs, "seconds to load": loaded, "dimensions": embedder.dimensions}))


def _speed(encode: Encode, batches: Sequence[Sequence[str]]) -> float:
    start = time.perf_counter()
    for batch in batches:
        encode(batch)
    return sum(map(len, batches)) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
