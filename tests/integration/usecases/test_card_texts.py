"""What the staff read on a card: the case with its evidence, as far as that is kept and may be repeated."""

from __future__ import annotations

import pytest

from assistant.store import appeals, cases
from assistant.store.database import Database
from assistant.store.writer import write_all
from assistant.types import Case, CaseKind, CaseState, Resolution
from assistant.usecases.cards import MAX_TEXT_CHARS, card_text
from assistant.words import LANGUAGES, load_words
from tests.integration.store.making import decision
from tests.integration.store.platform_rows import NOW, appeal, case

WORDS = "一段無害的文字"


def card(database: Database, community: str, language: str = "en", *, kind: CaseKind = CaseKind.REVIEW, **new) -> str:
    made = decision(community, text=new.pop("text", WORDS), **new)
    write_all(database, [made])
    entry = case(community, kind=kind, decision_id=made.id, member_id="u1", channel="general")
    return text_of(database, entry, language)


def text_of(database: Database, entry: Case, language: str = "en") -> str:
    with database.transaction(entry.community) as connection:
        cases.add(connection, entry)
        return card_text(connection, entry, language)


def test_the_text_and_what_was_found(database: Database, community: str) -> None:
    text = card(database, community, degraded=("model",))
    for said in (WORDS, "u1", "general", "Held for review", "Advertising and luring", "model"):
        assert said.lower() in text.lower(), said


@pytest.mark.parametrize("labels", [("sexual_minors",), ("sexual", "sexual_minors")])
@pytest.mark.parametrize("kind", [CaseKind.REVIEW, CaseKind.CANNOT, CaseKind.REPORT, CaseKind.APPEAL, CaseKind.HELP])
def test_some_texts_are_never_repeated(
    database: Database, community: str, labels: tuple[str, ...], kind: CaseKind
) -> None:
    """Whatever the case is; the labels are named, so that a person knows where to look."""
    for language in LANGUAGES:
        text = card(database, community, language, kind=kind, labels=labels, parts={"file.name": f"{WORDS}.txt"})
        assert WORDS not in text
    assert WORDS in card(database, community, kind=kind, labels=labels[:-1])


def test_a_long_text_is_cut(database: Database, community: str) -> None:
    text = card(database, community, text="好" * (MAX_TEXT_CHARS + 1))
    assert text.count("好") == MAX_TEXT_CHARS
    assert "…" in text
    assert "…" not in card(database, community, text="好" * MAX_TEXT_CHARS)


def test_a_text_that_is_not_kept_is_not_shown(database: Database, community: str) -> None:
    text = card(database, community, text_expires_at=None)
    assert WORDS not in text
    assert "no longer kept" in text


def test_a_decision_that_is_gone_leaves_a_card(database: Database, community: str) -> None:
    text = text_of(database, case(community, decision_id="dec_gone", member_id="u1"))
    assert "u1" in text


def test_a_penalty_says_its_step_and_why_it_waits(database: Database, community: str) -> None:
    text = text_of(
        database, case(community, kind=CaseKind.PENALTY, details={"step": "mute", "because": "hourly", "ends_at": None})
    )
    words = load_words()
    assert words.get("card_steps.mute", "en") in text
    assert words.get("because.hourly", "en") in text


def test_an_appeal_has_its_words(database: Database, community: str) -> None:
    made = decision(community, text=WORDS)
    write_all(database, [made])
    with database.transaction(community) as connection:
        appeals.add(connection, appeal(community, decision_id=made.id, text="我只是引用"))
    text = text_of(database, case(community, kind=CaseKind.APPEAL, decision_id=made.id))
    assert "我只是引用" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resolved_case_says_how_and_by_whom(database: Database, community: str, language: str) -> None:
    entry = case(
        community,
        state=CaseState.RESOLVED,
        resolution=Resolution.REMOVE,
        resolved_by="telegram:42",
        resolved_at=NOW,
    )
    assert "telegram:42" in text_of(database, entry, language)


@pytest.mark.parametrize("kind", CaseKind)
def test_every_kind_has_words_in_every_language(database: Database, community: str, kind: CaseKind) -> None:
    details = {"step": "ban", "because": "not_automatic"} if kind is CaseKind.PENALTY else {}
    headings = {
        text_of(database, case(community, kind=kind, details=details), language).splitlines()[0].partition(" · ")[0]
        for language in LANGUAGES
    }
    assert len(headings) >= 3
    assert all(headings)
