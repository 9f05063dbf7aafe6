"""The whole screen in process beside BERT-base: one core, the same texts, the same run, in turns. Prints JSON.

Run by ``eval.bench`` in a process of its own, with one thread for every numeric library. BERT-base is ``transformers.BertConfig()`` with
random weights in float32 (its speed does not depend on them); in place of a tokeniser it has a few regular expressions, cheaper than one.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from assistant.backends.encoder import Encoder
from assistant.backends.encoder_weights import F32
from assistant.moderation.flow import Screener
from assistant.moderation.lexicon import Lexicon
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.settings import load_settings
from assistant.text import Normalised, detect_language
from assistant.types import Message
from assistant.wiring import build_classifier, build_screener
from eval.bench.texts import texts

ROUNDS = 7
SINGLE, BATCH = 600, 3_072
BATCH_SIZE = 256
ORDINARY = 4_000
BERT_SINGLE, BERT_BATCH = 8, 32
Bert = Callable[[Sequence[str]], object]
_PART = 500
_VIEWS = ("plain", "folded", "joined", "digits", "pinyin", "leet")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{1,5}|\S")


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    screener = build_screener(load_settings())
    bert = None if "--no-bert" in sys.argv else _bert()
    runs: dict[str, list[float]] = {}
    for turn in range(ROUNDS + 1):
        found = _ours(screener, turn) | (_theirs(bert, turn) if bert else {})
        if turn:  # the first turn warms up
            for name, value in found.items():
                runs.setdefault(name, []).append(value)
    print(
        json.dumps(
            {
                "messages per second": runs,
                "p99 ms, single": _p99([spent for spent, _ in _each(screener, _messages(4_000, 77))]),
                "ordinary chat": _ordinary(screener),
                "microseconds": _breakdown(screener),
                "share not allowed": _share(screener),
            }
        )
    )


def _ours(screener: Screener, turn: int) -> dict[str, float]:
    few, many = _messages(SINGLE, turn), _messages(BATCH, 1000 + turn)
    batches = [many[i : i + BATCH_SIZE] for i in range(0, BATCH, BATCH_SIZE)]
    return {
        "single": SINGLE / _seconds(screener.screen, few),
        "batch": BATCH / _seconds(screener.screen_batch, batches),
    }


def _theirs(bert: Bert, turn: int) -> dict[str, float]:
    few, many = texts(BERT_SINGLE, turn), texts(BERT_BATCH, 1000 + turn)
    return {
        "BERT-base, single": BERT_SINGLE / _seconds(bert, [[text] for text in few]),
        "BERT-base, batch": BERT_BATCH / _seconds(bert, [many]),
    }


def _messages(count: int, seed: int) -> list[Message]:
    return [Message(text) for text in texts(count, seed)]


def _seconds(call: Callable[[Any], object], items: Iterable[object]) -> float:
    start = time.perf_counter()
    for item in items:
        call(item)
    return time.perf_counter() - start


def _each(screener: Screener, messages: Sequence[Message]) -> list[tuple[float, bool]]:
    """Seconds of each, and whether an encoder read it."""
    found = []
    with _counting() as reads:
        for message in messages:
            before = len(reads)
            found.append((_seconds(screener.screen, [message]), len(reads) > before))
    return found


@contextmanager
def _counting() -> Iterator[list[int]]:
    """How many texts encoders read, turn by turn; not those that they remember."""
    reads: list[int] = []
    own = Encoder.read

    def logits(encoder: Encoder, texts: Sequence[str]) -> F32:
        reads.append(len(texts))
        return own(encoder, texts)

    with mock.patch.object(Encoder, "read", logits):
        yield reads


def _ordinary(screener: Screener) -> dict[str, float]:
    """Talk without the harmful twentieth: most of it never reaches an encoder."""
    ordinary = _each(screener, [Message(text) for text in texts(ORDINARY, 99, harmful_share=0.0)])
    mixed = _each(screener, _messages(4_000, 78))
    return {
        "messages per second": len(ordinary) / sum(spent for spent, _ in ordinary),
        "share read by an encoder": sum(read for _, read in ordinary) / len(ordinary),
        "p99 ms": _p99([spent for spent, _ in ordinary]),
        "share of the mixed texts read by an encoder": sum(read for _, read in mixed) / len(mixed),
        "p99 ms of the mixed texts read by an encoder": _p99([spent for spent, read in mixed if read]),
    }


def _p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000 if len(seconds) > 1 else math.nan


def _share(screener: Screener) -> float:
    """How many of the texts the shipped policy acts on: those cost more, their evidence being gathered."""
    decisions = screener.screen_batch(_messages(2_000, 88))
    return sum(decision.flagged for decision in decisions) / len(decisions)


def _bert() -> Bert:
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = BertModel(BertConfig()).eval()

    def run(batch: Sequence[str]) -> object:
        ids = [_ids(text) for text in batch]
        longest = max(map(len, ids))
        padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
        with torch.inference_mode():
            return model(padded, attention_mask=(padded != 0).long())

    return run


def _ids(text: str) -> list[int]:
    """One token per Han character, one per five Latin letters, as a multilingual vocabulary would give about."""
    return [101, *(1000 + zlib.crc32(token.encode()) % 20_000 for token in _TOKEN.findall(text)), 102]


def _breakdown(screener: Screener) -> dict[str, float]:
    """Median microseconds per text of each stage alone, one text at a time unless said."""
    classifier = build_classifier(load_settings())
    lexicon, rules = Lexicon(starter_lists()), Rules(shipped_policy(), starter_lists())
    rounds: list[dict[str, float]] = []
    for turn in range(5):
        raw, again = texts(_PART, 5000 + turn), _messages(_PART, 6000 + turn)
        read = [Normalised(text) for text in raw]
        seconds = {
            "text views": _seconds(_view, read),
            "language": _seconds(detect_language, raw),
            "keywords": _seconds(lexicon.find, read),
            "all rules": _seconds(rules.find, read),
            "model, one by one": _seconds(classifier.classify, [[one] for one in read]),
            "model, in one batch": _seconds(
                classifier.classify, [[Normalised(text) for text in texts(_PART, 7000 + turn)]]
            ),
            "whole screen, one by one": _seconds(screener.screen, again),
        }
        rounds.append({name: spent / _PART * 1e6 for name, spent in seconds.items()})
    middle = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
    parts = sum(middle[name] for name in ("text views", "language", "all rules", "model, one by one"))
    return {
        **middle,
        "rules other than keywords": middle["all rules"] - middle["keywords"],
        "policy, evidence, reason": middle["whole screen, one by one"] - parts,
    }


def _view(text: Normalised) -> None:
    """Makes every view, each of which is kept with the text."""
    for name in _VIEWS:
        getattr(text, name)


if __name__ == "__main__":
    main()
