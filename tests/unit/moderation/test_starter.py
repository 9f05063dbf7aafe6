"""The shipped lists: well formed, explained, and clean on ordinary talk."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant import moderation
from assistant.moderation.policy import shipped_policy
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import Action, Label, TermList

LISTS = starter_lists()
POLICY = shipped_policy()
RULES = Rules(POLICY, LISTS)
TALK = tomllib.loads((Path(__file__).parents[2] / "data" / "talk.toml").read_text(encoding="utf-8"))
BY_RULE = set(Label) - {Label.SEXUAL_MINORS, Label.PRIVACY}


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
def test_no_term_stands_twice_and_no_exception_is_idle(one: TermList) -> None:
    assert len(set(one.terms)) == len(one.terms)
    assert [phrase for phrase in one.unless if not any(term in phrase for term in one.terms)] == []


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
