"""What a platform sends us, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.types.connection import Verdict
from assistant.types.event import EventType
from assistant.types.message import Message


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request as it came. ``headers`` and ``query`` are pairs, since a doubled name is a sign of forgery; header names in lower case,
    values as Latin-1."""

    method: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HookReply:
    """The answer in the platform's own words."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message, new or edited.

    ``key`` is what the platform's retries of this very message have in common, unique in the connection (an edit has one of its own).
    ``before``: the platform waits for our verdict before it shows the message. ``private``: nobody but the member and us reads it.
    ``joined``: it is the name under which someone came in.
    ``locale`` is the member's language as the platform knows it; ``refs`` whatever acting upon it will need.
    """

    key: str
    message: Message
    before: bool = False
    private: bool = False
    joined: bool = False
    locale: str | None = None
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Someone came in; the display name is screened."""

    key: str
    member_id: str
    name: str = ""
    channel: str | None = None
    locale: str | None = None
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button of a card, or a reaction to it. ``value`` is the button's, or the reaction's sign; ``message_id`` the card's."""

    key: str
    value: str
    member_id: str
    channel: str
    message_id: str | None = None
    locale: str | None = None
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``report``, ``appeal`` or ``rules``, asked by a member. ``about`` is the message that a report points at."""

    key: str
    name: str
    member_id: str
    channel: str | None = None
    text: str = ""
    locale: str | None = None
    about: Said | None = None
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """A reaction to somebody's post, or a leaving: for the stream of events, nothing is screened. ``of_member`` wrote the post, where the
    platform says so; ``at`` is ``None`` where it gives no time."""

    key: str
    type: EventType
    member_id: str
    at: datetime | None = None
    channel: str | None = None
    message_id: str | None = None
    of_member: str | None = None


Event = Said | Joined | Pressed | Command | Did


@dataclass(frozen=True, slots=True)
class Hook:
    """What a request holds. ``answer`` is given as it is (a handshake); else the adapter's ``reply`` makes one from the outcomes."""

    events: tuple[Event, ...] = ()
    answer: HookReply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one event: for a message before it is shown the ``verdict``, with the ``text`` that takes its place on ``rewrite``
    and the ``reason`` its author reads on ``reject``; for a command or a press the ``text`` that only the asking member reads."""

    verdict: Verdict = Verdict.ALLOW
    text: str = ""
    reason: str = ""
    degraded: bool = False
    decision_id: str | None = None
    action: str = "allow"
