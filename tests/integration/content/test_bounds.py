"""A segment is heard alone, a moment of the past knows nothing of what came after, and gaps of three days are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.content.flow import Insight, Material
from assistant.store import content_messages
from assistant.store.database import Database
from assistant.types.content import Need, NeedKind
from assistant.types.content_settings import ContentSettings
from assistant.usecases.content.material import Loaded
from assistant.usecases.content.render import render_insight
from tests.integration.content.asking import asked
from tests.integration.content.conftest import Shop
from tests.unit.content.making import PERIOD

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def own(content_service):
    shop = Shop(content_service)
    yield shop
    shop.operator.close()


def _gaps(own: Shop, **given) -> set[str]:
    return {need["name"] for need in own.suggest(**given)["insight"]["needs"] if need["from"] == "faq"}


def test_questions_without_an_answer_are_the_segments_own_and_of_the_time(own, database: Database) -> None:
    asked(database, own.community, "m11", "門市有停車位嗎", NOW - timedelta(days=3))
    asked(database, own.community, "m12", "可以用禮券付款嗎", NOW - timedelta(hours=3))
    consents = [{"purpose": "push", "granted": True, "source": "app"}]
    own.send("PUT", "/v1/members", members=[{"id": "m12", "consents": consents}])
    segment = own.send("POST", "/v1/segments", 201, name="reached", rules={"consent": "push"})
    assert _gaps(own) == {"門市有停車位嗎", "可以用禮券付款嗎"}
    assert _gaps(own, segment=segment["id"]) == {"可以用禮券付款嗎"}
    assert _gaps(own, at=(NOW - timedelta(days=1)).isoformat()) == {"門市有停車位嗎"}


def test_gaps_are_named_by_whole_words_as_they_were_written(own: Shop, database: Database) -> None:
    questions = ("點數怎麼拿", "點數怎麼拿？", "幾天會到貨", "幾天會到貨？", "？", "怎麼辦", "😀", "배송비 얼마예요")
    for at, question in enumerate((*questions, "ㄩㄣˋㄈㄟˋ多少")):
        asked(database, own.community, f"m{at}", question, NOW - timedelta(hours=at + 1))
    gaps = {one["question"]: one for one in own.send("GET", "/v1/faq/gaps")["gaps"]}
    assert {name: (one["terms"], one["language"]) for name, one in gaps.items()} == {
        "點數怎麼拿": (["點數"], "zh-Hant"),
        "幾天會到貨": (["到貨"], "zh-Hant"),
        "？": ([], "unknown"),
        "怎麼辦": ([], "zh-Hant"),
        "😀": ([], "unknown"),
        "배송비 얼마예요": ([], "unknown"),
        "ㄩㄣˋㄈㄟˋ多少": ([], "zh-Hant"),
    }
    found = own.suggest(kinds=["live", "how_to", "answers"], count=20)
    subjects = {one["subject"] for one in found["suggestions"]}
    assert {"點數", "到貨"} <= subjects
    assert not subjects & set(gaps)


def test_the_hours_of_a_segment_are_its_own(database: Database, community: str) -> None:
    insert = text("""
        INSERT INTO events (community, id, at, type, member_id, text, properties, source, received_at)
        VALUES (:community, :member, :at, 'message', :member, 'hello there', '{}', 'api', :at)
    """)
    with database.transaction(community) as transaction:
        transaction.execute(text("SELECT make_event_month(:at)"), {"at": NOW})
        for hours, member in enumerate(("m1", "m2")):
            at = NOW + timedelta(minutes=hours)
            transaction.execute(insert, {"community": community, "member": member, "at": at})
        day = (transaction, community, NOW - timedelta(days=1), NOW + timedelta(days=1), 10)
        assert content_messages.moments(*day, ["m2"]) == [NOW + timedelta(minutes=1)]
        assert len(content_messages.moments(*day)) == 2


def test_a_moment_of_the_past_knows_no_draft_of_later(own):
    then = (NOW - timedelta(minutes=5)).isoformat()
    first = own.suggest(at=then, count=1)["suggestions"][0]
    own.review(own.draft(kind=first["kind"], suggestion_id=first["id"], subject=first["subject"], title="x"))
    assert own.suggest(at=then, count=1)["suggestions"][0] == first
    assert own.suggest(count=1)["suggestions"][0]["id"] != first["id"]


def test_a_gap_of_three_days_is_kept(own):
    own.send("PUT", "/v1/content/settings", gap_hours=72, quiet=["00:00", "00:00"], timezone="UTC")
    at = NOW + timedelta(hours=70)

    def plan(moment: datetime, status: int) -> dict:
        draft = own.review(own.draft())
        return own.send(
            "POST", "/v1/content/calendar", status, draft_id=draft["id"], actor="ling", at=moment.isoformat()
        )

    plan(at, 201)
    assert plan(at + timedelta(hours=60), 409)["type"].endswith("slot_gap")
    assert own.suggest(ahead_days=1, count=1)["suggestions"][0]["best_time"] is None
    assert own.suggest(ahead_days=14, count=1)["suggestions"][0]["best_time"]
    plan(at + timedelta(hours=72), 201)


def _need(name: str, weight: float) -> Need:
    return Need(name, NeedKind.COMPLAINT, name, (name,), 3, 3, True, 0.5, 0.5, weight, (), ())


def test_heavy_complaints_come_before_light_gaps():
    gaps = [_need(f"gap_{n}", 0.1 + n / 100) for n in range(20)]
    material, heavy = Material([], gaps, [], []), _need("need_heavy", 3.0)
    loaded = Loaded(ContentSettings(), material, None, [], [], {}, frozenset(), [], [], 0, PERIOD)
    shown = render_insight(Insight([], [heavy]), material, "en", frozenset(), loaded)["needs"]
    assert [one["id"] for one in shown[:2]] == ["need_heavy", "gap_19"]
    assert len(shown) == 12
