"""A state in few bytes, for the very many that are kept: its weights as the eight bytes that they are, the rest as JSON that zlib has
compressed, beginning from the names that every state has (RFC 1951, RFC 1950 section 2.2)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from struct import Struct, unpack_from
from typing import Any

import orjson

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


def pack(document: Mapping[str, Any]) -> bytes:
    """A document as ``write_state`` gives it."""
    rest = dict(document)
    hours, languages, tags, interests = (rest.pop(name) for name in ("hours", "languages", "tags", "interests"))
    weights = [
        rest.pop("gap"),
        *hours.values(),
        *languages.values(),
        *(one["weight"] for one in tags.values()),
        *(one["weight"] for one in interests),
    ]
    rest |= {
        "hours": [int(hour) for hour in hours],
        "languages": list(languages),
        "tags": [[name, one["count"], one["events"]] for name, one in tags.items()],
        "interests": [one["events"] for one in interests],
    }
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _KNOWN)
    words = deflate.compress(orjson.dumps(rest)) + deflate.flush()
    return _FORM + _COUNT.pack(len(weights)) + Struct(f"<{len(weights)}d").pack(*weights) + words


def unpack(packed: bytes) -> dict[str, Any]:
    """The document again, also of what earlier versions packed."""
    if not packed.startswith(_FORM):
        found: dict[str, Any] = orjson.loads(zlib.decompress(packed))
        return found
    (count,) = _COUNT.unpack_from(packed, 1)
    begin = 1 + _COUNT.size
    weights: Iterator[float] = iter(unpack_from(f"<{count}d", packed, begin))
    document: dict[str, Any] = orjson.loads(zlib.decompressobj(-15, _KNOWN).decompress(packed[begin + 8 * count :]))
    gap = next(weights)
    hours = {str(hour): next(weights) for hour in document["hours"]}
    languages = {name: next(weights) for name in document["languages"]}
    tags = {
        name: {"weight": next(weights), "count": number, "events": events} for name, number, events in document["tags"]
    }
    interests = [{"weight": next(weights), "events": events} for events in document["interests"]]
    return document | {"gap": gap, "hours": hours, "languages": languages, "tags": tags, "interests": interests}


def asked_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The little of a document that conditions on many members ask for, as JSON that the database reads; weights to six digits."""
    return {
        "version": document["version"],
        "gap": document["gap"],
        "left_at": document["left_at"],
        "back_on": document["back_on"],
        "recent": list(document["recent"][-1:]),
        "tags": {name: float(f"{one['weight']:.6g}") for name, one in document["tags"].items()},
    }
