"""The shipped lists: well formed, explained, and clean on ordinary talk."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant import moderation
from assistant.moderation.policy import shipped_policy
from assistant.moderation.reported import HINT_SCORE
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.text.phonetic import read_aloud
from assistant.types import Action, Label, TermList

LISTS = starter_lists()
POLICY = shipped_policy()
RULES = Rules(POLICY, LISTS)
TALK = tomllib.loads((Path(__file__).parents[2] / "data" / "talk.toml").read_text(encoding="utf-8"))
BY_RULE = set(Label) - {Label.SEXUAL_MINORS, Label.PRIVACY}

STRONG = [
    ("rule:spam.contact", "加微信abc123"),
    ("rule:spam.contact", "加❤薇❤信"),
    ("rule:spam.contact", "加賴領取飆股"),
    ("rule:spam.contact", "微信：happyshop"),
    ("rule:spam.contact", "vx abc12345"),
    ("rule:spam.contact", "message me on telegram"),
    ("rule:spam.contact", "私信我领取资料"),
    ("rule:spam.contact", "扫码进群领红包"),
    ("rule:link.invite", "t.me/somechannel"),
    ("rule:link.invite", "line.me/ti/p/abcdef"),
    ("rule:link.lookalike", "paypa1.com"),
    ("rule:link.lookalike", "paypal-secure-login.com"),
    ("rule:link.lookalike", "steamcommunlty.com/gift"),
    ("rule:link.lookalike", "binance.xyz"),
    ("rule:link.userinfo", "https://www.paypal.com@unknown-host.com/x"),
    ("rule:privacy.id_cn", "11010519491231002X"),
    ("rule:privacy.id_hk", "A123456(3)"),
    ("rule:privacy.id_tw", "A123456789"),
    ("rule:privacy.id_mo", "澳門身份證 5123456(7)"),
    ("rule:privacy.phone", "13800138000"),
    ("rule:privacy.phone", "+852 9123 4567"),
    ("rule:privacy.phone", "0912-345-678"),
    ("rule:privacy.phone", "415-555-2671"),
    ("rule:privacy.card", "4111 1111 1111 1111"),
    ("rule:privacy.email", "john.doe@gmail.com"),
    ("rule:privacy.passport", "护照 E12345678"),
]


def acted_on(text: str) -> set[str]:
    """Labels whose findings the shipped policy acts on."""
    found = RULES.find(Normalised(text))
    return {f.label for f in found if POLICY.thresholds[f.label].action(f.score) is not Action.ALLOW}


def test_every_label_that_words_can_tell_has_a_list() -> None:
    assert {one.label for one in LISTS} == {label.value for label in BY_RULE}


def test_ids_are_unique_and_begin_with_their_label() -> None:
    ids = [one.id for one in LISTS]
    assert len(ids) == len(set(ids))
    assert all(one.id.split(".")[0] == one.label for one in LISTS)


def test_every_file_says_where_it_comes_from() -> None:
    for path in (Path(moderation.__file__).parent / "lists").glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["origin"], path.name


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.id)
def test_every_list_reaches_an_action_unless_it_is_named_a_hint(one: TermList) -> None:
    acts = POLICY.thresholds[one.label].action(one.score) is not Action.ALLOW
    assert acts is (one.id.rpartition(".")[2] not in {"hint", "mild"} and ".hint." not in one.id)


@pytest.mark.parametrize("label", sorted(BY_RULE))
def test_what_is_reported_or_warned_of_reaches_none(label: str) -> None:
    assert POLICY.thresholds[label].action(HINT_SCORE) is Action.ALLOW


@pytest.mark.parametrize(("source", "text"), STRONG, ids=lambda value: value)
def test_every_strong_rule_reaches_an_action(source: str, text: str) -> None:
    found = [f for f in RULES.find(Normalised(text)) if f.source == source]
    assert [f for f in found if POLICY.thresholds[f.label].action(f.score) is not Action.ALLOW]


@pytest.mark.parametrize(("text", "action"), [("加❤薇❤信", Action.REVIEW), ("加❤薇❤信 abc123", Action.HIDE)])
def test_a_disguised_lure_waits_for_a_person_and_with_an_account_is_hidden(text: str, action: Action) -> None:
    highest = max(f.score for f in RULES.find(Normalised(text)) if f.label == Label.SPAM)
    assert POLICY.thresholds[Label.SPAM].action(highest) is action


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.id)
def test_no_term_stands_twice_and_no_exception_is_idle(one: TermList) -> None:
    assert len(set(one.terms)) == len(one.terms)
    terms = {*one.terms, *(map(read_aloud, one.terms) if one.evasive else ())}
    assert [
        phrase for phrase in one.unless if not any(term in f"{phrase} {read_aloud(phrase)}" for term in terms)
    ] == []


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.id)
def test_every_term_is_found_as_written(one: TermList) -> None:
    rules = Rules(POLICY, [one])
    innocent = [phrase.lower() for phrase in one.unless]
    missed = [
        term
        for term in one.terms
        if not any(f.source == f"rule:{one.id}" for f in rules.find(Normalised(term)))
        and not any(phrase in term.lower() for phrase in innocent)
    ]
    assert missed == []


@pytest.mark.parametrize("text", TALK["ordinary"])
def test_ordinary_talk_stays_clean(text: str) -> None:
    assert acted_on(text) == set()


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in TALK["found"].items() for text in texts])
def test_what_a_label_is_for_is_found(label: str, text: str) -> None:
    assert label in acted_on(text)
