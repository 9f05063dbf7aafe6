"""How long a question takes over 100,000 passages, in process: encoding, both searches, judging."""

from __future__ import annotations

import gzip
import io
import json
import time

import numpy as np

from assistant.types.faq import Entry
from eval.bootstrap import Estimate
from eval.embedders import ours
from eval.flow import Context
from eval.results import Better, Cell, Goal, Result, Row, Table
from eval.searching import NOW, build

PASSAGES = 100_000
QUESTIONS = 400
_SET = "parallel-zh-en"
_RESAMPLES = 1_000


def faq_speed(context: Context) -> Result:
    """100,000 passages out of translated sentences, half Chinese; questions are other sentences. Depends on the machine: not compared with
    the baseline."""
    texts = _texts(context)
    chosen = np.random.default_rng(3).permutation(len(texts))
    passages = min(context.limit or PASSAGES, PASSAGES)
    began = time.perf_counter()
    index = build([Entry(id=str(i), language="zh-Hans", answer=texts[i]) for i in chosen[:passages]])
    built = time.perf_counter() - began
    times, processor = [], []
    for i in chosen[-QUESTIONS:]:
        start, used = time.perf_counter(), time.process_time()
        index.search(texts[i], ours().encode([texts[i]])[0], now=NOW)
        times.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - used))
    cells: dict[str, Cell] = {"p50, ms": _quantile(times, 0.5), "p99, ms": _quantile(times, 0.99)}
    cells |= {"p99 of processor time, ms": _quantile(processor, 0.99), "to build, s": built}
    columns = dict.fromkeys(cells, Better.NEITHER)
    table = Table(f"one question over {passages} passages", columns, (Row("the index", cells),))
    goal = Goal("a question over 100,000 passages, p99 in ms", _quantile(times, 0.99), Better.DOWN, 50)
    return Result("faq_speed", "Speed of the search", (table,), goals=(goal,), cases=len(times))


def _texts(context: Context) -> list[str]:
    found = []
    for path in context.datasets.catalogue[_SET].files:
        with gzip.open(io.BytesIO(context.datasets.read(_SET, path)), "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found += [row["en"], row["zh"]]
    return list(dict.fromkeys(found))


def _quantile(times: list[float], share: float) -> Estimate:
    drawn = np.random.default_rng(1).choice(times, (_RESAMPLES, len(times)))
    low, high = np.quantile(np.quantile(drawn, share, axis=1), (0.025, 0.975))
    return Estimate(float(np.quantile(times, share)), float(low), float(high), len(times))
