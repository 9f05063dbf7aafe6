"""BM25 against the formula written out, text by text."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.lexical import BACKGROUND, K1, B, LexicalIndex, highest
from assistant.faq.tokens import lexical_tokens

TEXTS = ["运费多少", "退款要多久", "refund takes days", "运费 运费 运费 怎么算", "", "积分怎么算 积分"]


COMMON = {"怎": 0.1, "多少": 0.08, "take": 0.02}


def written_out(texts: list[str], question: str) -> list[float]:
    """Robertson and Zaragoza 2009, with the idf that is never negative, and the background's texts beside those given."""
    held = [Counter(lexical_tokens(text)) for text in texts]
    average = sum(sum(own.values()) for own in held) / len(held)
    scores = []
    for own in held:
        score = 0.0
        for token in set(lexical_tokens(question)):
            n = sum(token in other for other in held) + BACKGROUND * COMMON.get(token, 0)
            idf = math.log(1 + (len(texts) + BACKGROUND - n + 0.5) / (n + 0.5))
            norm = K1 * (1 - B + B * sum(own.values()) / max(average, 1))
            score += idf * own[token] * (K1 + 1) / (own[token] + norm) if own[token] else 0
        scores.append(score)
    return scores


@pytest.mark.parametrize("question", ["运费怎么算", "refunds", "多少 多少", "积分", "没有的词", ""])
def test_scores_are_the_formulas(question: str) -> None:
    index = LexicalIndex.build(TEXTS, common=COMMON)
    assert index.all_scores(index.asked(lexical_tokens(question))) == pytest.approx(
        written_out(TEXTS, question), abs=1e-5
    )


def test_best_first_and_only_those_that_share_something() -> None:
    ids, scores = LexicalIndex.build(TEXTS).scores("运费怎么算", 10)
    assert list(ids) == [3, 5, 0]
    assert list(scores) == sorted(scores, reverse=True)
    assert len(LexicalIndex.build(TEXTS).scores("zzz", 10)[0]) == 0


def test_no_texts_at_all() -> None:
    assert len(LexicalIndex.build([]).scores("运费", 5)[0]) == 0


def test_unknown_tokens_weigh_as_the_rarest_unless_they_are_common_words() -> None:
    index = LexicalIndex.build(TEXTS, common={"how": 0.1})
    asked, weight = index.asked(["运", "zzz", "how"]), index.statistics.weight
    assert asked.mass == pytest.approx(asked.known + weight("zzz") + weight("how"))
    assert weight("zzz") > max(index.statistics.idf.values()) > weight("how") > 0
    assert len(asked.numbers) == 1


def test_in_the_smallest_collection_a_common_word_weighs_less_than_a_rare_one() -> None:
    index = LexicalIndex.build(["运费多少", "怎么退货"], common=COMMON)
    assert index.statistics.weight("多少") < index.statistics.weight("退货") * 0.6


def test_overlaps_are_the_shared_weight() -> None:
    index = LexicalIndex.build(TEXTS)
    asked = index.asked(lexical_tokens("运费怎么算"))
    found = index.overlaps(asked, np.array([3, 2, 0], np.int32))
    shared = [
        sum(index.statistics.idf[t] for t in set(lexical_tokens("运费怎么算")) & set(lexical_tokens(TEXTS[i])))
        for i in (3, 2, 0)
    ]
    assert found == pytest.approx(shared, abs=1e-5)


def test_additions_are_weighed_by_the_collection_that_they_join() -> None:
    whole = LexicalIndex.build(TEXTS)
    added = LexicalIndex.build([TEXTS[3]], whole.statistics)
    question = lexical_tokens("运费怎么算")
    assert added.all_scores(added.asked(question))[0] == pytest.approx(
        whole.all_scores(whole.asked(question))[3], abs=1e-5
    )


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.5]), max_size=20), st.integers(0, 25))
def test_highest_is_sorting(values: list[float], k: int) -> None:
    array = np.array(values, np.float32)
    assert list(highest(array, k)) == sorted(range(len(values)), key=lambda i: (-values[i], i))[:k]
