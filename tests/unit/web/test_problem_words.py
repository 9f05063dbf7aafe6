"""What a validator finds is said in the reader's language, with its names and numbers."""

from __future__ import annotations

import re
import time
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from assistant.errors import InvalidInput, InvalidPolicy
from assistant.moderation.policy import read_policy_text
from assistant.usecases.content.calendar import NumbersRequest
from assistant.usecases.request import Name, Shape, invalid_input
from assistant.web.problem import sentence

POLICY = {
    '{"id": "x", "version": 1, "thresholds": {"spam": {"block": 2}}}': ["block", "2.0"],
    '{"id": "x", "version": 1, "thresholds": {"spam": {"review": 0.8, "hide": 0.3}}}': ["hide", "0.3", "review", "0.8"],
    '{"id": "x", "version": 1, "thresholds": {"spm": {}}}': ["'spm'", "custom:<name>"],
    '{"id": "x", "version": 1, "thresholds": {}}': ["thresholds"],
    '{"id": "x", "version": -1, "thresholds": {"spam": {"block": 0.9}}}': ["version", "0"],
    "[]": [],
}
ENGLISH = re.compile(r"\b(?:should|must|is|are|has|have|than|not|Input|greater|least|most|cannot|called)\b")


class Odd(Shape):
    name: Name = "x"
    many: Annotated[tuple[int, ...], Field(max_length=2)] = ()
    below: Annotated[float, Field(lt=3)] = 0


def said(error, language):
    return sentence(error, {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "zh-Hant-HK": "zh-HK", "en": "en"}[language])


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "zh-Hant-HK"])
@pytest.mark.parametrize("policy", POLICY)
def test_what_is_wrong_with_a_policy(policy, language):
    with pytest.raises(InvalidPolicy) as wrong:
        read_policy_text(policy)
    found = said(wrong.value, language)
    assert not ENGLISH.search(found), found
    assert re.search("[\u4e00-\u9fff]{4}", found.rpartition("：")[2] if policy == "[]" else found)
    for name in POLICY[policy]:
        assert name in found
    assert ENGLISH.search(said(wrong.value, "en"))


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "zh-Hant-HK"])
@pytest.mark.parametrize(
    ("shape", "given", "limit"),
    [
        (NumbersRequest, {"views": -1}, "0"),
        (NumbersRequest, {"views": 1e300}, "1000000000000"),
        (NumbersRequest, {"views": "many"}, ""),
        (NumbersRequest, {"views": float("nan")}, ""),
        (Odd, {"name": "x" * 300}, "200"),
        (Odd, {"name": ""}, ""),
        (Odd, {"many": [1, 2, 3]}, "2"),
        (Odd, {"below": 3}, "3"),
    ],
)
def test_what_is_wrong_with_a_field(shape, given, limit, language):
    with pytest.raises(ValidationError) as wrong:
        shape.model_validate(given)
    found = said(invalid_input(wrong.value), language)
    assert not ENGLISH.search(found), found
    assert limit in found


def test_what_is_not_known_stays_as_it_is():
    assert said(InvalidInput(field="f", problem="has a hole"), "zh-Hant") == "f：has a hole"
    assert said(InvalidInput(field="f", problem="{limit} {name}"), "zh-Hant") == "f：{limit} {name}"
    assert "'{limit}'" in said(InvalidInput(field="f", problem="two rules are called '{limit}'"), "zh-Hans")


def test_a_long_problem_is_answered_at_once():
    began = time.monotonic()
    for problem in ("a (" * 160, "list " + "has " * 120, "x" * 1_000_000, "( must not be below the milder " * 15):
        said(InvalidInput(field="f", problem=problem), "zh-Hans")
    assert time.monotonic() - began < 2
