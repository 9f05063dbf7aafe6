"""What operators may say, why, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of a suggestion. ``user_content`` calls for members' own pictures and stories."""

    STORY = "story"
    HOW_TO = "how_to"
    REVIEW = "review"
    POLL = "poll"
    QUIZ = "quiz"
    ANSWERS = "answers"
    LIVE = "live"
    USER_CONTENT = "user_content"
    OFFER = "offer"
    ACTIVITY = "activity"
    SURVEY = "survey"


class Goal(StrEnum):
    """What a suggestion is for."""

    ENGAGE = "engage"
    HELP = "help"
    SELL = "sell"
    RETAIN = "retain"
    WELCOME = "welcome"


class NeedKind(StrEnum):
    QUESTION = "question"
    COMPLAINT = "complaint"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class Said:
    """A member's message. ``weight`` counts what others made of it: 1, and more for answers and reactions; ``stands_for`` how many
    messages there were for each that was read: 1, and more where there are too many to read."""

    id: str
    member_id: str
    at: datetime
    text: str
    channel: str | None = None
    weight: float = 1.0
    stands_for: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message that a suggestion cites, as it was written."""

    message_id: str
    member_id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Messages about one thing. ``recent`` and ``before`` count them in the period and in the time before it, estimated where only a
    sample was read (``sampled``); ``members`` are those who were read; ``trend`` is the rate of the one over that of the other, smoothed
    (1: as before); ``rising`` is how far its share of the talk grew, ``risen``: further than chance would bring; ``troubled`` is the share
    of the period's messages that complain, or speak of harm or grief, ``wished`` of those that wish for something; ``harmed``: one of
    them speaks of harm to health; ``said_before``: its words were said before the period, in messages of any topic; ``people`` are those
    who said most about it, first the most."""

    id: str
    name: str
    terms: tuple[str, ...]
    recent: int
    before: int
    members: int
    trend: float
    rising: float
    samples: tuple[Evidence, ...]
    people: tuple[str, ...]
    messages: tuple[str, ...] = ()
    sampled: bool = False
    troubled: float = 0.0
    harmed: bool = False
    wished: float = 0.0
    said_before: bool = False
    risen: bool = False

    @property
    def trending(self) -> str:
        """``new``: nobody spoke of it before, or said its words; ``rising``: more often than before; ``steady``: no more often."""
        if self.trend <= 1:
            return "steady"
        return "rising" if self.before or self.said_before or self.sampled else "new"


@dataclass(frozen=True, slots=True)
class Need:
    """Something members want. ``common``: said by several of them. ``urgency`` and ``importance`` are in [0, 1]; ``weight`` ranks.
    ``harmed``: somebody who says it speaks of harm to health."""

    id: str
    kind: NeedKind
    name: str
    terms: tuple[str, ...]
    count: int
    members: int
    common: bool
    urgency: float
    importance: float
    weight: float
    samples: tuple[Evidence, ...]
    people: tuple[str, ...]
    harmed: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """A festival, a trade's own day, or a day of the community's. ``name`` is by language; ``days`` how many are left. A ``solemn`` one
    stands in the calendar, and nothing is sold or celebrated by it."""

    id: str
    on: date
    days: int
    name: Mapping[str, str]
    own: bool = False
    solemn: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour in the community's own time; ``share`` is the part of its activity that falls into it, in [0, 1]."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class Post:
    """What was published before; ``numbers`` are its results (views, reactions, replies, shares, clicks, orders)."""

    id: str
    text: str
    at: datetime
    kind: Kind | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    draft_id: str | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What a draft was about, in words, and of which kind it was."""

    kind: Kind
    subject: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Reactions, replies, shares and clicks per post of a kind: the mean, drawn towards that of all posts where there are few; ``posts``
    says from how many. ``low`` and ``high`` bound 80 % of them."""

    mean: float
    low: float
    high: float
    posts: int


@dataclass(frozen=True, slots=True)
class Cost:
    """A part of a budget."""

    what: str
    amount: float


@dataclass(frozen=True, slots=True)
class Plan:
    """An activity or a live session as structured data; ``budget``, and ``split``, which adds up to it, in ``currency``. ``duration_min``
    is a live session's, in minutes."""

    goal: str
    form: str
    place: str
    begins: datetime
    ends: datetime
    rules: tuple[str, ...]
    rewards: tuple[str, ...]
    budget: float
    staff: tuple[str, ...]
    sign_up: str
    check_in: str
    follow_up: tuple[str, ...]
    currency: str = ""
    duration_min: int | None = None
    split: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """What could be said, before it is ranked and written: ``subject`` in the members' own words, ``because`` a key of the words file with
    ``values``; ``soon``: it is not to wait for the busiest hour."""

    id: str
    kind: Kind
    subject: str
    because: str
    values: Mapping[str, Any]
    weight: float
    source: str
    terms: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    people: tuple[str, ...] = ()
    day: date | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A draft's words. ``machine``: a language model wrote them, and they are marked so wherever they are shown."""

    title: str
    body: str
    language: str
    machine: bool = False
    origin: Mapping[str, Any] = field(default_factory=dict)


class DraftState(StrEnum):
    """``approved`` may be put in the calendar; ``published`` went out."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"


class SlotState(StrEnum):
    """Of a place in the calendar; ``failed`` was not taken by the platform."""

    PLANNED = "planned"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Screening:
    """What moderation and advertising law say to a draft. ``blocked``: not without a second person. ``rewordings`` are by field: ``text``,
    or a path in the plan or the questionnaire."""

    action: str
    blocked: bool
    findings: tuple[Mapping[str, Any], ...] = ()
    rewording: str = ""
    rewordings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """``original`` is what was proposed; ``revision`` counts the edits."""

    id: str
    community: str
    kind: Kind
    title: str
    body: str
    language: str
    jurisdictions: tuple[str, ...]
    category: str
    machine: bool
    state: DraftState
    screening: Screening
    suggestion: Mapping[str, Any]
    origin: Mapping[str, Any]
    original: str
    revision: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    approved_by: str | None = None
    seconded_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the calendar. ``connection_id`` is None for the manual channel, whose page has ``token_hash``."""

    id: str
    community: str
    draft_id: str
    at: datetime
    state: SlotState
    created_at: datetime
    connection_id: str | None = None
    channel: str | None = None
    delivery_id: str | None = None
    published_at: datetime | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    because: str | None = None
