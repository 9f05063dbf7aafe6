"""Two people at the calendar at the same moment: no hour is taken twice, and no number is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from assistant.store import content_calendar
from assistant.usecases.content.calendar import PlanRequest, list_calendar, plan, posted_by_hand, put_numbers


def slowly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever is about to write waits, so that the other has read meanwhile."""
    write = getattr(content_calendar, name)

    def late(*given, **more):
        time.sleep(0.3)
        return write(*given, **more)

    monkeypatch.setattr(content_calendar, name, late)


def approved(shop) -> str:
    return shop.review(shop.draft())["id"]


def test_no_hour_is_taken_twice(shop, content_service, monkeypatch):
    shop.send("PUT", "/v1/content/settings", gap_hours=3, per_day=2, quiet=["22:00", "08:00"])
    drafts = [approved(shop) for _ in range(4)]
    slowly(monkeypatch, "add")
    with ThreadPoolExecutor(4) as pool:
        asked = [PlanRequest(draft_id=one, actor="ling", ahead_days=2) for one in drafts]
        made = list(pool.map(lambda one: plan(content_service.assistant, shop.community, one)[0], asked))
    moments = sorted(one.at for one in made)
    assert all(later - earlier >= timedelta(hours=3) for earlier, later in pairwise(moments))
    shop.send("PUT", "/v1/content/settings")


def test_an_hour_that_was_asked_for_twice_is_given_once(shop, content_service, monkeypatch):
    drafts = [approved(shop) for _ in range(2)]
    at = (datetime.now(UTC) + timedelta(days=40)).replace(hour=3, minute=0).isoformat()
    slowly(monkeypatch, "add")
    with ThreadPoolExecutor(2) as pool:
        given = {"actor": "ling", "at": at}
        answers = list(
            pool.map(
                lambda one: shop.operator.post("/v1/content/calendar", json={"draft_id": one, **given}).status_code,
                drafts,
            )
        )
    assert sorted(answers) == [201, 409]


def test_numbers_that_come_at_once_are_all_kept(shop, content_service, monkeypatch):
    entry, secret = plan(content_service.assistant, shop.community, PlanRequest(draft_id=approved(shop), actor="ling"))
    assert secret is not None
    posted_by_hand(content_service.assistant, secret, {})
    slowly(monkeypatch, "change")
    assistant, community = content_service.assistant, shop.community
    with ThreadPoolExecutor(3) as pool:
        done = [
            pool.submit(put_numbers, assistant, community, entry.id, {"views": 900.0}),
            pool.submit(put_numbers, assistant, community, entry.id, {"replies": 7.0}),
            pool.submit(posted_by_hand, assistant, secret, {"orders": 2.0}),
        ]
        for one in done:
            one.result()
    [kept] = [one for one in list_calendar(assistant, community, None, None, None, 50).rows if one.id == entry.id]
    assert kept.numbers == {"views": 900, "replies": 7, "orders": 2}
    [post] = [one for one in shop.operator.get("/v1/content/posts").json()["posts"] if one["id"] == entry.id]
    assert post["numbers"] == kept.numbers
