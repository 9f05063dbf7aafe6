"""The seeds of the model of replies, and what was fitted on them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

from assistant.moderation.stance import Harm, Stance
from assistant.types import Message
from assistant.wiring import load_stance
from models.replies.card import rendered
from models.replies.rows import LANGUAGES, for_training, ordinary, parents, seeds, variants
from models.replies.train import WEIGHTS

HERE = Path(WEIGHTS).parents[1]


def test_several_hundred_in_each_language_and_at_least_as_many_that_take_nothing_on() -> None:
    counts = Counter((row.language, row.stance is Stance.OTHER) for row in seeds())
    for language in LANGUAGES.values():
        assert counts[language, False] >= 300
        assert counts[language, True] >= counts[language, False]


def test_every_harm_and_stance_has_families_to_learn_from_and_one_held_back() -> None:
    kinds: defaultdict[tuple[str, Harm, Stance], set[bool]] = defaultdict(set)
    for row in seeds():
        kinds[row.language, row.harm, row.stance].add(row.held)
    for language in LANGUAGES.values():
        for harm in Harm:
            assert kinds[language, harm, Stance.OTHER] == {True, False}
            assert {stance for one, its, stance in kinds if (one, its) == (language, harm)} >= {
                Stance.ENDORSE,
                Stance.URGE,
            }


def test_nothing_held_back_trains() -> None:
    rows = seeds()
    held = {row.text for row in rows if row.held}
    learnt = {row.text for row in rows if not row.held}
    assert held
    assert not held & learnt
    families = {row.family for row in rows if row.held}
    assert not families & {row.family for row in for_training([row for row in rows if not row.held])}
    assert any(row.held for row in ordinary())


def test_a_line_with_choices_says_the_same_every_time() -> None:
    assert variants("plain") == ["plain"]
    assert variants("(a|b)(c|)") == variants("(a|b)(c|)")
    assert set(variants("(a|b)(c|)")) <= {"ac", "a", "bc", "b"}
    assert all("(" not in row.text and "|" not in row.text for row in seeds())


def test_there_is_something_to_answer_in_every_language() -> None:
    found = parents()
    assert set(found) == {(harm, language) for harm in Harm for language in LANGUAGES.values()}
    assert all(Message(text).text.strip() for texts in found.values() for text in texts)


def test_the_weights_are_small_and_know_their_version() -> None:
    assert WEIGHTS.stat().st_size < 500_000
    assert load_stance().version == json.loads(WEIGHTS.read_text("utf-8"))["version"]


def test_training_rows_are_read_as_they_were_written() -> None:
    """Nearly all: a model that had forgotten them would be another's."""
    model = load_stance()
    rows = [row for row in seeds() if not row.held and "slots" not in row.family]
    right = [
        (1 - model.read_reply(row.text)[row.harm][Stance.OTHER] >= 0.5) is (row.stance is not Stance.OTHER)
        for row in rows
    ]
    assert sum(right) / len(right) > 0.95


def test_the_card_states_what_was_measured() -> None:
    card = (HERE / "README.md").read_text("utf-8")
    assert card == rendered(card), "run: python -m models.replies.card"
