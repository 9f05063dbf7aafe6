"""A flood of findings is bounded, and all of it stays covered."""

from __future__ import annotations

import dataclasses
import time

import pytest

from assistant.moderation.floods import MAX_FINDINGS, bounded
from assistant.moderation.mask import mask
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Exemptions, Finding

RULES = Rules(shipped_policy(), starter_lists())


@pytest.mark.parametrize("unit", ["fuck ", "傻逼", "私信我領取資料 ", "t.me/abc "])
def test_a_flood_is_bounded_and_covered(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    found = RULES.find(Normalised(text))
    one = RULES.find(Normalised(unit))
    assert one
    for source in {finding.source for finding in one}:
        of_rule = [finding for finding in found if finding.source == source]
        assert len(of_rule) == MAX_FINDINGS
        assert of_rule[0].start == min(f.start for f in one if f.source == source)
        assert of_rule[-1].end > len(text) - len(unit)


@pytest.mark.parametrize("unit", ["找我私下交易", "别走平台，", "骂我傻逼", "怎么根治", "进群抢红包", "楼上的n m s l "])
def test_four_times_the_text_takes_no_sixteen_times_the_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = Normalised(unit * (length // len(unit)))
        start = time.perf_counter()
        RULES.find(text)
        return time.perf_counter() - start

    assert min(seconds(20_000) for _ in range(2)) < 12 * max(min(seconds(5_000) for _ in range(3)), 0.005)


def test_every_word_of_a_flood_is_masked() -> None:
    text = "fuck " * 4_000
    assert set(mask(text, RULES.find(Normalised(text)), {"profanity": 0.9})) == {"*", " "}


def test_the_last_finding_has_the_highest_score_of_the_rest() -> None:
    found = [Finding("spam", 0.5, i, i + 1, "rule:a") for i in range(MAX_FINDINGS + 5)]
    found[-2] = dataclasses.replace(found[-2], score=0.9)
    kept = bounded(found)
    assert len(kept) == MAX_FINDINGS
    assert (kept[-1].start, kept[-1].end, kept[-1].score) == (MAX_FINDINGS - 1, MAX_FINDINGS + 5, 0.9)
    assert {f.score for f in kept[:-1]} == {0.5}


def test_rules_are_bounded_each_by_itself() -> None:
    found = [Finding("spam", 0.5, i, i + 1, f"rule:{'ab'[i % 2]}") for i in range(2 * MAX_FINDINGS)]
    assert bounded(found) == found


def test_what_is_exempt_is_no_part_of_a_flood() -> None:
    policy = dataclasses.replace(shipped_policy(), exemptions=Exemptions(phrases=("傻逼奶茶",)))
    rules, text = Rules(policy, starter_lists()), Normalised("傻逼奶茶" * 5_000)
    start = time.process_time()
    assert rules.find(text) == []
    assert time.process_time() - start < 0.6
