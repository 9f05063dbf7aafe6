"""Who may do what: API keys and their scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """``admin`` manages the service; ``operator`` a community; ``platform`` sends what is said there; ``member`` asks for itself."""

    ADMIN = "admin"
    OPERATOR = "operator"
    PLATFORM = "platform"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key: never the key itself.

    ``hash`` is the SHA-256 of the whole key; ``prefix`` its first characters, to recognise it by; ``community`` is ``None`` for a key that
    may name any; ``rotated_to`` is the id of the key that takes its place; ``origins`` are the pages that may use a member key,
    any where there are none.
    """

    id: str
    community: str | None
    scope: Scope
    name: str
    hash: bytes
    prefix: str
    created_at: datetime
    expires_at: datetime | None = None
    rotated_to: str | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    requests_per_minute: int | None = None
    origins: tuple[str, ...] = ()

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key at its making, the only time that ``secret`` is known."""

    secret: str
    record: KeyRecord

    def __repr__(self) -> str:
        return f"MadeKey({self.record.prefix}...)"
