"""Groups of unanswered questions: the same whatever the order, named by one of them, ranked by who asked and when."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.faq.unanswered import MAX_QUESTIONS, Asked, propose

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SHIP = ["寄到香港運費多少", "香港的運費是多少", "运费到香港多少？", "寄香港要多少運費"]
PETS = ["可以帶狗進店嗎", "店裡可以帶寵物嗎"]


def vector(topic: int, noise: float, seed: int) -> np.ndarray:
    found = np.zeros(16) + np.random.default_rng(seed).normal(0, noise, 16)
    found[topic] += 1
    return (found / np.linalg.norm(found)).astype(np.float32)


def asked(days: int = 1) -> tuple[list[Asked], np.ndarray]:
    rows = [Asked(f"s{n}", text, "zh-Hant", NOW - timedelta(days=days), f"m{n}") for n, text in enumerate(SHIP)]
    rows += [Asked(f"p{n}", text, "zh-Hant", NOW, f"m{n}") for n, text in enumerate(PETS)]
    vectors = [vector(0, 0.05, n) for n in range(len(SHIP))] + [vector(5, 0.05, 9 + n) for n in range(len(PETS))]
    return rows, np.stack(vectors)


def test_like_questions_are_together_and_named() -> None:
    rows, vectors = asked()
    first, second = propose(rows, vectors, NOW)
    assert set(first.ids) == {"s0", "s1", "s2", "s3"}
    assert first.name in SHIP
    assert set(first.others) | {first.name} == set(SHIP)
    assert set(first.terms) == {"運費", "香港"}
    assert all(set(term) <= set("".join(PETS)) for term in second.terms)
    assert (first.askers, first.language) == (4, "zh-Hant")
    assert set(second.ids) == {"p0", "p1"}
    assert first.weight == pytest.approx(4 * 2 ** (-1 / 30), abs=1e-5)


def test_the_order_does_not_matter() -> None:
    rows, vectors = asked()
    expected = propose(rows, vectors, NOW)
    for seed in range(20):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        assert propose([rows[i] for i in order], vectors[order], NOW) == expected


def test_old_questions_weigh_less_and_one_member_counts_once() -> None:
    rows, vectors = asked(days=90)
    assert propose(rows, vectors, NOW)[0].ids == ("p0", "p1")
    many = [Asked(f"a{n}", "週末有開嗎", "zh-Hant", NOW, "same") for n in range(9)]
    (one,) = propose(many, np.stack([vector(2, 0, 1)] * 9), NOW)
    assert (one.askers, one.weight, len(one.ids)) == (1, 1.0, 9)


def test_what_reads_the_same_is_together_without_any_meaning() -> None:
    rows = [Asked("a", "運費多少？", "zh-Hant", NOW, "m"), Asked("b", "运费多少", "zh-Hans", NOW, "n")]
    (one,) = propose(rows, np.zeros((2, 4), np.float32), NOW)
    assert one.ids == ("a", "b")


def test_what_has_no_words_is_like_nothing_else() -> None:
    texts = ["😀", "ㄩㄣˋㄈㄟˋ多少", "배송비 얼마예요", "多少", "多少？", "？", "運費怎麼算"]
    rows = [Asked(f"q{n}", text, "zh-Hant", NOW, f"m{n}") for n, text in enumerate(texts)]
    found = propose(rows, np.stack([vector(0, 0, 1)] * len(texts)), NOW)
    assert sorted(one.ids for one in found) == [("q0",), ("q1",), ("q2",), ("q3", "q4"), ("q5",), ("q6",)]
    assert {one.terms for one in found} == {(), ("運費",)}


def test_terms_are_spelt_as_most_members_spell_them() -> None:
    texts = ["點數怎麼拿", "点数怎么拿？", "點數怎麼拿呢"]
    rows = [Asked(f"q{n}", text, "zh-Hant", NOW, f"m{n}") for n, text in enumerate(texts)]
    (one,) = propose(rows, np.stack([vector(0, 0, 1)] * len(texts)), NOW)
    assert one.terms == ("點數",)


def test_nothing_and_too_much() -> None:
    assert propose([], np.zeros((0, 4), np.float32), NOW) == []
    with pytest.raises(ValueError, match=str(MAX_QUESTIONS)):
        propose(asked()[0], np.zeros((1, 4), np.float32), NOW)
