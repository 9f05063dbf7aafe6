"""A state in few bytes, for the very many that are kept: its weights as the eight bytes that they are, the rest as JSON that zlib has
compressed, beginning from the names that every state has (RFC 1951, RFC 1950 section 2.2)."""

from __future__ import annotations

import zlib
from datetime import date, datetime
from struct import Struct, unpack_from
from typing import Any

import orjson

from assistant.members.interests import Interest
from assistant.members.state import VERSION, State, Tag, read_document, read_rows, read_spending

_FORM = b"\x01"
"""The first byte; 0x78, zlib's own, begins what earlier versions packed."""
_COUNT = Struct("<H")
_KNOWN = (
    b"anime appliances baking ballgames bargains camping career cars cats coffee computers cooking cycling delivery dogs education fashion "
    b"film fitness food games handicraft health hiking home languages makeup money music parenting phones photography plants pregnancy "
    b'reading running skincare tea travel "en","zh-Hans","zh-Hant","zh-Hant-HK","ja","ko" "TWD":{"CNY":{"HKD":{"USD":{'
    b'"count":,"amount":","days":,"first":"20","last":"20","repeat_amount":"0"} '
    b'"active>at_risk":"at_risk>dormant":"dormant>returning":"returning>active":"new>active":"new>at_risk":"active>active":'
    b'"unsubscribe":"answer":"report":"dismiss":"leave":"join":"share":"reaction":"purchase":"view":"click":"message":'
    b'"],["dec_01","]],"steps":{"new>new":},"counts":{"message":},"events":,"orders":[],"recent":[7399,7400],"back_on":null,"left_at":null,'
    b'"version":1,"first_at":"2026-","2027-T00:00:00+00:00","spending":{},"interests":[["]],"languages":["en","zh-Hans","zh-Hant"],'
    b'"active_days":,"first_event":"","longest_gap":,"tags":[["",1,["]]],"hours":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]}'
)
"""What compression begins from. Never changed: what was packed with it is read with it."""


def pack(state: State) -> bytes:
    """All of it but its place (``at``, ``event_id``) and the vectors of its interests, which are kept beside."""
    hours = dict(sorted(state.hours.items()))
    languages = dict(sorted(state.languages.items()))
    tags = sorted(state.tags.items())
    weights = [
        state.gap,
        *hours.values(),
        *languages.values(),
        *[one.weight for _, one in tags],
        *[one.weight for one in state.interests],
    ]
    rest = {
        "first_event": state.first_event,
        "events": state.events,
        "counts": state.counts,
        "active_days": state.active_days,
        "longest_gap": state.longest_gap,
        "steps": state.steps,
        "orders": state.orders,
        "version": VERSION,
        "first_at": state.first_at,
        "back_on": state.back_on,
        "left_at": state.left_at,
        "recent": [day.toordinal() for day in state.recent],
        "spending": dict(sorted(state.spending.items())),
        "hours": list(hours),
        "languages": list(languages),
        "tags": [(name, one.count, one.events) for name, one in tags],
        "interests": [one.events for one in state.interests],
    }
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _KNOWN)
    words = deflate.compress(orjson.dumps(rest)) + deflate.flush()
    return _FORM + _COUNT.pack(len(weights)) + Struct(f"<{len(weights)}d").pack(*weights) + words


def unpack(at: datetime, event_id: str, packed: bytes, vectors: bytes) -> State | None:
    """The state again, also of what earlier versions packed; ``None`` where it is of another version of the fold."""
    if not packed.startswith(_FORM):
        return read_document(at, event_id, orjson.loads(zlib.decompress(packed)), vectors)
    (count,) = _COUNT.unpack_from(packed, 1)
    begin = 1 + _COUNT.size
    kept: dict[str, Any] = orjson.loads(zlib.decompressobj(-15, _KNOWN).decompress(packed[begin + 8 * count :]))
    if kept["version"] != VERSION:
        return None
    weights = iter(unpack_from(f"<{count}d", packed, begin))
    return State(
        at=at,
        event_id=event_id,
        first_at=datetime.fromisoformat(kept["first_at"]),
        first_event=kept["first_event"],
        events=kept["events"],
        counts=kept["counts"],
        recent=tuple(map(date.fromordinal, kept["recent"])),
        active_days=kept["active_days"],
        gap=next(weights),
        longest_gap=kept["longest_gap"],
        back_on=date.fromisoformat(kept["back_on"]) if kept["back_on"] else None,
        left_at=datetime.fromisoformat(kept["left_at"]) if kept["left_at"] else None,
        hours={hour: next(weights) for hour in kept["hours"]},
        languages={name: next(weights) for name in kept["languages"]},
        tags={name: Tag(next(weights), number, tuple(events)) for name, number, events in kept["tags"]},
        interests=tuple(
            Interest(row, next(weights), tuple(events))
            for row, events in zip(read_rows(vectors, len(kept["interests"])), kept["interests"], strict=True)
        ),
        spending={name: read_spending(one) for name, one in kept["spending"].items()},
        steps=kept["steps"],
        orders=tuple(kept["orders"]),
    )


def asked_of(state: State) -> dict[str, Any]:
    """The little of a state that conditions on many members ask for, as JSON that the database reads; weights to six digits."""
    return {
        "version": VERSION,
        "gap": state.gap,
        "left_at": state.left_at,
        "back_on": state.back_on,
        "recent": [day.toordinal() for day in state.recent[-1:]],
        "tags": {name: float(f"{one.weight:.6g}") for name, one in sorted(state.tags.items())},
    }
