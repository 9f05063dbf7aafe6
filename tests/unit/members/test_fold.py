"""A profile is the same whatever order its events arrive in, and says of interests only what it should."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.members.fold import Meaning, fold
from assistant.members.packing import pack, unpack
from assistant.members.state import read_document, written_rows
from assistant.types.event import EventType
from tests.unit.members.earlier import document_of
from tests.unit.members.making import bought, event, meaning

KINDS = [EventType.MESSAGE, EventType.CLICK, EventType.VIEW, EventType.PURCHASE, EventType.LEAVE, EventType.DISMISS]


@st.composite
def histories(draw):
    """Events of a member within 7 days, each with what it is about."""
    length = draw(st.integers(1, 25))
    found = []
    for number in range(length):
        kind = draw(st.sampled_from(KINDS))
        hours = draw(st.integers(0, 7 * 24 - 1))
        about = meaning(draw(st.integers(0, 7)), draw(st.sampled_from(["camping", "coffee"])), spread=0.3)
        one = bought(number, hours, "10.50") if kind is EventType.PURCHASE else event(number, hours, kind)
        found.append((one, about))
    return found


def stored(state):
    """As it comes back from the database."""
    return state and unpack(state.at, state.event_id, pack(state), written_rows(state))


def stored_as_json(state):
    """As it comes back where earlier versions kept it: numbers have a point only where they need one."""
    if state is None:
        return None
    kept = json.loads(orjson.dumps(document_of(state)), parse_float=as_numeric)
    return read_document(state.at, state.event_id, kept, written_rows(state))


def as_numeric(written):
    number = Decimal(written)
    return int(number) if number == number.to_integral_value() else float(number)


@pytest.mark.parametrize("kept", [stored, stored_as_json])
@given(history=histories(), random=st.randoms(use_true_random=False), most=st.integers(1, 6))
def test_any_order_of_arrival_gives_the_same_profile(kept, history, random, most):
    """Events arrive in batches in any order; each batch is folded on, or from the last kept state before its earliest event."""
    arriving = list(history)
    random.shuffle(arriving)
    known, snapshots, state = [], [None], None
    while arriving:
        batch, arriving = arriving[:most], arriving[most:]
        known += batch
        since = min(one.order for one, _ in batch)
        before = [one for one in snapshots if one is None or one.place < since]
        base = before[-1]
        later = sorted(
            (pair for pair in known if base is None or pair[0].order > base.place), key=lambda pair: pair[0].order
        )
        state = fold(kept(base), later)
        snapshots = [*before, state]
    whole = fold(None, sorted(history, key=lambda pair: pair[0].order))
    assert pack(state) == pack(whole)
    assert written_rows(state) == written_rows(whole)


def test_what_moderation_acted_on_is_no_interest():
    state = fold(None, [(event(1, flagged=True), meaning(0, "camping")), (event(2, 1), meaning(1, "coffee"))])
    assert list(state.tags) == ["coffee"]
    assert len(state.interests) == 1
    assert state.counts["message"] == 2


def test_unlike_interests_stay_apart_and_fade():
    early = [(event(n, n), meaning(0, "camping", spread=0.2)) for n in range(5)]
    late = [(event(10 + n, 24 * 60 + n), meaning(4, "coffee")) for n in range(2)]
    state = fold(None, early + late)
    assert len(state.interests) == 2
    camping, coffee = state.interests
    assert coffee.weight > camping.weight  # two of now outweigh five of two months ago
    assert camping.vector[0] > 0.95
    assert coffee.events == ("e0010", "e0011")
    assert state.tags["coffee"].events == ("e0010", "e0011")


def test_there_are_never_more_than_three_interests():
    state = fold(None, [(event(n, n), meaning(n)) for n in range(8)])
    assert len(state.interests) == 3


def test_an_order_told_twice_is_bought_once():
    paid = [(bought(1, 0, "100", order="A1"), Meaning()), (bought(2, 30, "100", order="A1"), Meaning())]
    state = fold(None, [*paid, (bought(3, 60, "50.25"), Meaning())])
    spent = state.spending["TWD"]
    assert (spent.count, spent.amount, spent.repeat_amount, spent.days) == (2, "150.25", "50.25", 2)


def test_leaving_is_undone_by_coming_back():
    state = fold(None, [(event(1), Meaning()), (event(2, 5, EventType.LEAVE), Meaning())])
    assert state.left_at is not None
    assert fold(state, [(event(3, 30), Meaning())]).left_at is None


def test_a_long_silence_is_a_way_through_the_stages():
    state = fold(None, [(event(1), Meaning()), (event(2, 24 * 90), Meaning())])
    assert dict(state.steps) == {"new>at_risk": 1, "at_risk>dormant": 1, "dormant>returning": 1}
