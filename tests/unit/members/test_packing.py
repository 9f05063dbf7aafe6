"""What is packed is what is unpacked, whichever version packed it."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import orjson
from hypothesis import given

from assistant.members import packing
from assistant.members.fold import fold
from assistant.members.packing import asked_of, pack, unpack
from assistant.members.state import State, written_rows
from tests.unit.members.earlier import document_of
from tests.unit.members.test_fold import histories


def again(state, packed=None):
    return unpack(state.at, state.event_id, packed or pack(state), written_rows(state))


@given(histories())
def test_a_state_comes_back(history):
    state = fold(None, sorted(history, key=lambda pair: pair[0].order))
    found = again(state)
    assert replace(found, interests=()) == replace(state, interests=())
    assert list(found.tags) == sorted(state.tags)
    assert [(one.weight, one.events) for one in found.interests] == [
        (one.weight, one.events) for one in state.interests
    ]
    assert written_rows(found) == written_rows(state)
    assert pack(found) == pack(state)


@given(histories())
def test_what_earlier_versions_packed_is_read(history):
    state = fold(None, sorted(history, key=lambda pair: pair[0].order))
    found = again(state, zlib.compress(orjson.dumps(document_of(state)), 1))
    assert pack(found) == pack(state)
    assert written_rows(found) == written_rows(state)


def test_what_was_packed_yesterday_is_read_today():
    """Compression begins from these bytes: with others nothing that is stored could be read."""
    assert sha256(packing._KNOWN).hexdigest() == _KNOWN
    assert again(_state(), bytes.fromhex(_PACKED)) == _state()


def test_a_state_of_another_version_of_the_fold_is_none(monkeypatch):
    packed = pack(_state())
    monkeypatch.setattr(packing, "VERSION", packing.VERSION + 1)
    assert again(_state(), packed) is None


def test_conditions_find_the_weights_that_they_ask_for():
    assert asked_of(_state()) == {
        "version": 1,
        "gap": 1.5,
        "left_at": None,
        "back_on": None,
        "recent": [],
        "tags": {},
    }


def _state():
    at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    return State(
        at=at, event_id="e2", first_at=at, first_event="e1", events=2, gap=1.5, hours={3: 2.25}, counts={"view": 2}
    )


_KNOWN = "f6e3493e14c299455ef584b0d8b5e007c742960a8e45f351f712d080cbba0dc2"
_PACKED = (
    "010200000000000000f83f0000000000000240ab46b33c151427b04036428e0548741ad5a2b9de00cdb50688e8ac458d247c216e68a86b6411626089"
    "16dcf8a3101eebb1e811030b1c63b428898587652c6aecc5d60200"
)
