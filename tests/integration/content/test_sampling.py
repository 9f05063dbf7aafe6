"""A busy community is read by samples, in which what is usual stays usual."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from assistant.content.topics import rising_topics
from assistant.store import content_messages
from assistant.store.database import Database
from tests.unit.content.making import NOW, PERIOD, Embedder

_TALK = ("stroller wheel squeaks", "pumpkin soup recipe", "smaller bib sizes")
_INSERT = text("""
    INSERT INTO events (community, id, at, type, member_id, text, properties, source, received_at)
    SELECT :community, 'e' || n, CAST(:now AS timestamptz) - make_interval(secs => n * :apart), 'message', 'm' || n % 40,
        (CAST(:talk AS text[]))[1 + n % 3] || ' ' || n % 7, '{}', 'api', :now
    FROM generate_series(1, :messages) n
""")


def _told(database: Database, community: str, per_day: int, limit: int):
    values = {"now": NOW, "apart": 86_400 / per_day, "messages": per_day * 35 - 1, "talk": list(_TALK)}
    with database.transaction(community) as transaction:
        for moment in (PERIOD.begins, PERIOD.since, PERIOD.until):
            transaction.execute(text("SELECT make_event_month(:moment)"), {"moment": moment})
        transaction.execute(_INSERT, {"community": community, **values})
        before = content_messages.said(transaction, community, PERIOD.begins, PERIOD.since, limit)
        return before, content_messages.said(transaction, community, PERIOD.since, PERIOD.until, limit)


@pytest.mark.parametrize("per_day", [40, 300, 900])
def test_steady_talk_is_steady_however_much_there_is(database: Database, community: str, per_day: int) -> None:
    before, lately = _told(database, community, per_day, 1_000)
    said = [*before, *lately]
    found = rising_topics(said, Embedder().encode([one.text for one in said]), PERIOD)
    assert len(found) == len(_TALK)
    assert [one.trending for one in found if abs(one.trend - 1) > 0.15] == []
    assert sum(one.recent for one in found) == pytest.approx(per_day * 7, rel=0.01)
    assert sum(one.before for one in found) == pytest.approx(per_day * 28, rel=0.01)


def test_a_sample_is_spread_over_the_time(database: Database, community: str) -> None:
    before, lately = _told(database, community, 200, 140)
    assert (len(before), len(lately)) == (140, 140)
    assert all(one.stands_for == pytest.approx(10, rel=0.01) for one in lately)
    per_day = [
        sum(PERIOD.since + timedelta(days=day) <= one.at < PERIOD.since + timedelta(days=day + 1) for one in lately)
        for day in range(7)
    ]
    assert all(19 <= count <= 21 for count in per_day)


def test_few_messages_are_all_read(database: Database, community: str) -> None:
    before, lately = _told(database, community, 10, 280)
    assert (len(before), len(lately)) == (279, 70)
    assert {one.stands_for for one in [*before, *lately]} == {1.0}
    assert [one.at for one in lately] == sorted(one.at for one in lately)
