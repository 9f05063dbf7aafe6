"""The rules of one community together: what it switches off, adds and exempts; spans hold for any text."""

from __future__ import annotations

import dataclasses
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import InvalidPolicy
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Exemptions, Links, Own, Pattern, Policy, TermList

STARTER = starter_lists()
POLICY = shipped_policy()


def policy(**changes: object) -> Policy:
    return dataclasses.replace(POLICY, **changes)  # type: ignore[arg-type]


def sources(rules: Rules, text: str) -> set[str]:
    return {finding.source for finding in rules.find(Normalised(text))}


def test_own_lists_and_patterns_beside_the_starter() -> None:
    mine = policy(
        lists=(TermList("rivals", "custom:競品", ("某某牌",)),),
        patterns=(Pattern("codes", "custom:code", r"\bX-\d{4}\b"),),
    )
    found = sources(Rules(mine, STARTER), "某某牌 X-1234 澳门新葡京")
    assert {"rule:rivals", "rule:codes", "rule:gambling.zh"} <= found


@pytest.mark.parametrize(
    "name",
    ["gambling.zh", "rule:gambling.zh", "gambling.", "rule:gambling."],
    ids=["name", "source", "family", "family source"],
)
def test_disabled_rules(name: str) -> None:
    text = "澳门新葡京 13800138000"
    found = sources(Rules(policy(disabled_rules=(name,)), STARTER), text)
    assert "rule:gambling.zh" not in found
    assert "rule:privacy.phone" in found


@pytest.mark.parametrize("name", ["privacy.phone", "rule:privacy.phone"])
def test_a_disabled_kind_hides_no_other(name: str) -> None:
    text = "他的微信：13812345678"
    assert "rule:privacy.phone" in sources(Rules(POLICY, STARTER), text)
    found = sources(Rules(policy(disabled_rules=(name,)), STARTER), text)
    assert "rule:privacy.account" in found
    assert "rule:privacy.phone" not in found


def test_a_name_disables_no_longer_name() -> None:
    found = sources(Rules(policy(disabled_rules=("gambling",)), STARTER), "澳门新葡京")
    assert "rule:gambling.zh" in found


def test_without_the_starter_lists() -> None:
    rules = Rules(policy(starter_rules=False), STARTER)
    assert sources(rules, "澳门新葡京 加微信abc123") == {"rule:spam.contact"}


@pytest.mark.parametrize("text", ["我们的品牌口号：傻逼奶茶", "傻逼　奶茶 傻逼奶茶"])
def test_an_exempt_phrase_covers_what_stands_inside_it_only(text: str) -> None:
    exempt = Rules(policy(exemptions=Exemptions(phrases=("傻逼奶茶",))), STARTER)
    outside = [f for f in exempt.find(Normalised(text)) if text[f.end : f.end + 2] == "奶茶"]
    assert outside == []
    assert sources(exempt, "你个傻逼") != set()


def test_an_exempt_phrase_holds_in_the_other_script() -> None:
    rules = Rules(policy(exemptions=Exemptions(phrases=("澳門新葡京",))), STARTER)
    assert sources(rules, "澳门新葡京") == set()


def test_own_things_are_exempt() -> None:
    own = Own(domains=("shop.example.com",), accounts=("@happy99",), phones=("13800138000",))
    rules = Rules(policy(own=own, links=Links(deny=("example.net",))), STARTER)
    assert sources(rules, "shop.example.com 加line @happy99 13800138000") == set()
    assert sources(rules, "a.example.net 加line @happy98 13800138001") == {
        "rule:link.denied",
        "rule:spam.contact",
        "rule:privacy.phone",
    }


def test_a_wrong_pattern_is_refused_when_the_rules_are_made() -> None:
    with pytest.raises(InvalidPolicy):
        Rules(policy(patterns=(Pattern("p", "spam", "("),)), STARTER)


def test_the_starter_lists_are_compiled_once() -> None:
    Rules(POLICY, STARTER)
    start = time.process_time()
    Rules(POLICY, STARTER)
    assert time.process_time() - start < 0.1


RULES = Rules(
    policy(
        lists=(TermList("own", "custom:own", ("劇透", "spoiler")),),
        patterns=(Pattern("any", "custom:any", r"[a-z]\d"),),
        links=Links(deny=("bad.com",)),
    ),
    STARTER,
)
PIECES = st.sampled_from(
    [
        "加❤薇❤信",
        "abc123",
        "傻逼",
        "幹",
        "1380013",
        "8000",
        "ﷺ",
        "\u200b",
        "a\u0301" * 5,
        "ｂａｄ．ｃｏｍ",
        "\ud800",
        "😀",
        "路1号",
        "@",
        ".",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.characters()), max_size=40).map("".join)))
def test_spans_of_every_finding_lie_in_the_text(text: str) -> None:
    for finding in RULES.find(Normalised(text)):
        assert 0 <= finding.start < finding.end <= len(text)
        assert 0 < finding.score <= 1
