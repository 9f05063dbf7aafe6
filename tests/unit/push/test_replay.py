"""Replays from files: nothing later is used, and bad records are refused by place."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors import InvalidInput
from assistant.usecases.members.event_shapes import Bounds
from assistant.usecases.push.replaying import read_items, read_touches, replay_files

T0 = datetime(2026, 1, 1, tzinfo=UTC)
BOUNDS = Bounds(20_000, datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def items():
    return [{"id": f"i{n}", "title": f"t{n}", "published_at": T0.isoformat()} for n in range(12)]


def events(members=40):
    """Whoever touches an even item touches the next odd one a minute later."""
    return [
        {
            "id": f"e{m}-{k}",
            "type": "click",
            "member_id": f"m{m}",
            "item_id": f"i{(m % 6) * 2 + k}",
            "at": (T0 + timedelta(hours=m + 1, minutes=k)).isoformat(),
        }
        for m in range(members)
        for k in (0, 1)
    ]


def test_what_goes_together_is_found():
    since = T0 + timedelta(hours=20)
    figures = replay_files(read_items(items(), T0), read_touches(events(), BOUNDS), None, since, None, 2)
    assert figures.policy_version == "prior-1"
    assert figures.guesses == 42
    assert figures.hits >= figures.popular_hits


def test_what_comes_after_the_end_changes_nothing():
    until = T0 + timedelta(hours=30)
    whole = read_touches(events(), BOUNDS)
    cut = [touch for touch in whole if touch.at < until.timestamp()]
    known = read_items(items(), T0)
    since = T0 + timedelta(hours=10)
    assert replay_files(known, whole, None, since, until, 3) == replay_files(known, cut, None, since, until, 3)


def test_flagged_and_other_events_are_no_touches():
    flagged = events(1)[0] | {"properties": {"flagged": True}}
    message = {"id": "x", "type": "message", "member_id": "m", "at": T0.isoformat(), "properties": {"text": "hi"}}
    assert read_touches([flagged, message], BOUNDS) == []


def test_a_bad_record_is_named():
    with pytest.raises(InvalidInput) as caught:
        read_touches([events(1)[0], {"id": "x"}], BOUNDS)
    assert (caught.value.field or "").startswith("events[1]")
    with pytest.raises(InvalidInput):
        read_items([{"id": "a"}], T0)
