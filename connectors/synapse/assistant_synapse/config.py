"""The module's settings, as they stand under ``modules:`` in ``homeserver.yaml``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

_LONGEST_TIMEOUT_S = 30


@dataclass(frozen=True)
class Config:
    """``url`` is the connection's hook address, ``secret`` its ``whsec_...``.

    ``timeout_s`` bounds the whole question; ``fail_mode`` (``open``, ``closed``) says what becomes of a message when there is no answer.
    ``bot_user`` is the connection's own account; ``ignore_users`` are other trusted ones (bridges, bots). ``rooms``, where given, are
    the only rooms looked at; ``ignore_rooms`` are never. ``staff_room`` is where reactions are presses: plain emoji from other rooms are
    then not told of. ``screen_encrypted`` waits for a verdict on encrypted messages too, of which nothing but their being there is known.
    """

    url: str
    secret: str
    bot_user: str
    timeout_s: float = 1.6
    fail_mode: str = "open"
    ignore_users: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    ignore_rooms: frozenset[str] = frozenset()
    staff_room: str | None = None
    screen_encrypted: bool = False

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.secret.removeprefix("whsec_"))

    def looks_at(self, room: str, user: str) -> bool:
        if user == self.bot_user or user in self.ignore_users or room in self.ignore_rooms:
            return False
        return not self.rooms or room in self.rooms or room == self.staff_room


def read_config(given: Mapping[str, Any]) -> Config:
    """Raises: ValueError, naming the setting and what it must be."""
    known = {field.name for field in fields(Config)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(known))}")
    values = dict(given)
    for name in ("ignore_users", "rooms", "ignore_rooms"):
        values[name] = _names(name, values.get(name))
    _check(values)
    return Config(**values)


def _check(values: Mapping[str, Any]) -> None:
    for name in ("url", "secret", "bot_user"):
        _must(isinstance(values.get(name), str), f"{name} must be given, as a string")
    url = urlsplit(values["url"])
    _must(
        url.scheme in {"http", "https"} and bool(url.hostname) and values["url"].isascii(),
        "url must be the connection's hook address, http(s)://.../v1/hooks/...",
    )
    _must(24 <= _key_length(values["secret"]) <= 64, "secret must be whsec_ and 24 to 64 bytes in base64")
    _must(values["bot_user"].startswith("@"), "bot_user must be a user id, @name:server")
    _must(values.get("fail_mode", "open") in {"open", "closed"}, "fail_mode must be open or closed")
    timeout = values.get("timeout_s", 1.6)
    _must(
        isinstance(timeout, int | float) and not isinstance(timeout, bool) and 0 < timeout <= _LONGEST_TIMEOUT_S,
        f"timeout_s must be a number of seconds above 0, at most {_LONGEST_TIMEOUT_S}",
    )
    _must(isinstance(values.get("staff_room"), str | None), "staff_room must be a room id, !room:server")
    _must(isinstance(values.get("screen_encrypted", False), bool), "screen_encrypted must be true or false")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _names(name: str, value: Any) -> frozenset[str]:
    holds = isinstance(value, list | None) and all(isinstance(one, str) for one in value or ())
    _must(holds, f"{name} must be a list of ids")
    return frozenset(value or ())


def _key_length(secret: str) -> int:
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) if secret.startswith("whsec_") else 0
    except (binascii.Error, ValueError):
        return 0
