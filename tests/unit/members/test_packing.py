"""What is packed is what is unpacked, whichever version packed it."""

import zlib
from datetime import UTC, datetime
from hashlib import sha256

import orjson
from hypothesis import given

from assistant.members import packing
from assistant.members.fold import fold
from assistant.members.packing import asked_of, pack, unpack
from assistant.members.state import State, write_state
from tests.unit.members.test_fold import histories


def document_of(history):
    return write_state(fold(None, sorted(history, key=lambda pair: pair[0].order)))[0]


@given(histories())
def test_a_document_comes_back(history):
    document = orjson.loads(orjson.dumps(document_of(history)))
    assert unpack(pack(document)) == document
    assert list(unpack(pack(document))["tags"]) == list(document["tags"])


def test_what_earlier_versions_packed_is_read():
    document = orjson.loads(orjson.dumps(write_state(_state())[0]))
    assert unpack(zlib.compress(orjson.dumps(document), 1)) == document


def test_what_was_packed_yesterday_is_read_today():
    """Compression begins from these bytes: with others nothing that is stored could be read."""
    assert sha256(packing._KNOWN).hexdigest() == _KNOWN
    assert unpack(bytes.fromhex(_PACKED)) == orjson.loads(orjson.dumps(write_state(_state())[0]))


def test_conditions_find_the_weights_that_they_ask_for():
    document = write_state(_state())[0]
    assert asked_of(document) == {
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
