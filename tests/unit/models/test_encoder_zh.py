"""Where the Chinese encoder starts: a vocabulary that covers what is written, rows that mean what the words mean."""

from __future__ import annotations

import json
import random
from collections import Counter

import numpy as np
import pytest
from tokenizers import Tokenizer

from models.risk.encoder import tokens_zh
from tests.later import Later

align_zh, start_zh = Later("models.risk.encoder.align_zh"), Later("models.risk.encoder.start_zh")

ENGLISH = ["pig", "rain", "stone", "tax", "doctor", "river", "cheap", "angry", "window", "music", "seven"]


@pytest.fixture(scope="module")
def cutter() -> Tokenizer:

    return Tokenizer.from_str(json.dumps(tokens_zh.tokenizer(["你们真恶心", "你们真恶心", "猪在下雨天跑 pig face"])))


def test_words_in_use_stay_whole_and_others_fall_apart(cutter: Tokenizer) -> None:
    assert cutter.encode("你们恶心").tokens == ["你们", "恶心"]
    assert cutter.encode("下雨").tokens == ["下", "雨"], "written once"
    assert "[UNK]" not in cutter.encode("a1,猪?").tokens


def test_traditional_is_read_like_simplified(cutter: Tokenizer) -> None:
    assert cutter.encode("你們噁心").ids == cutter.encode("你们恶心").ids


def test_special_tokens_have_their_places(cutter: Tokenizer) -> None:
    assert [cutter.token_to_id(name) for name in tokens_zh.SPECIAL] == [0, 1, 2, 3]


def test_the_most_used_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_zh, "WORDS", 1)
    kept = tokens_zh.chosen(
        Counter({"天气": 9, "不错": 5, "猪": 1}), {"[UNK]": 0.0, "不错": -1.0, "天气": -2.0, "猪": -3.0, "!": -4.0}
    )
    assert kept == ["!", "猪", "天气"]


@pytest.mark.parametrize(("word", "meaning"), [("猪", "pig"), ("下雨", "rain"), ("医生", "doctor"), ("便宜", "cheap")])
def test_a_word_starts_near_what_it_means(word: str, meaning: str) -> None:
    (row,) = start_zh.from_neighbours([word], ENGLISH, np.eye(len(ENGLISH), dtype=np.float32))
    assert ENGLISH[int(row.argmax())] == meaning


def test_batches_hold_each_sentence_once_and_like_lengths_together() -> None:
    ids = [[1] * (2 + n % 30) for n in range(align_zh.BATCH * 6)]
    found = align_zh.order(ids, random.Random(0))
    assert sorted(n for batch in found for n in batch) == list(range(len(ids)))
    assert np.mean([np.ptp([len(ids[n]) for n in batch]) for batch in found]) < 10
