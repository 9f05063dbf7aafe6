"""A community's connection to a platform, and what platforms can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant.types.order import Do
from assistant.types.policy import FailMode


class Sees(StrEnum):
    """What reaches us of a platform."""

    MESSAGES = "messages"
    EDITS = "edits"
    JOINS = "joins"
    COMMANDS = "commands"
    PRESSES = "presses"


class Verdict(StrEnum):
    """What a hook may answer before a message is shown; ``drop`` withholds it without telling its author."""

    ALLOW = "allow"
    REJECT = "reject"
    REWRITE = "rewrite"
    DROP = "drop"


class Unit(StrEnum):
    """What a platform counts a text's length in."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    UTF8 = "bytes"


@dataclass(frozen=True, slots=True)
class TextLimit:
    """How long a text may be; of a longer one its end is cut off when it is sent."""

    most: int
    unit: Unit

    def length(self, text: str) -> int:
        if self.unit is Unit.UTF8:
            return len(text.encode("utf-8", "replace"))
        return len(text.encode("utf-16-le", "replace")) // 2 if self.unit is Unit.UTF16 else len(text)

    def holds(self, text: str) -> bool:
        return self.length(text) <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform's interface offers, by its own documentation.

    ``verdicts`` is empty where a message is seen only after it was shown. ``deadline_s`` is the platform's own, in seconds, for the answer
    to a hook. ``longest_mute_s`` is ``None`` where a mute may last for ever. ``paid`` are the orders that the platform bills for or counts
    against a quota: they are given only where the connection says so. ``idempotent`` may be repeated without a second effect.
    ``per_second`` is how many calls the platform takes from one connection. ``ends_mutes``, ``ends_bans``: a timed one ends there by
    itself; elsewhere an order ends it. ``longest_text`` is ``None`` where no text that we send is too long.
    """

    sees: frozenset[Sees]
    does: frozenset[Do]
    verdicts: frozenset[Verdict] = frozenset()
    deadline_s: float = 3.0
    longest_mute_s: int | None = None
    paid: frozenset[Do] = frozenset()
    idempotent: frozenset[Do] = frozenset()
    per_second: float = 10.0
    ends_mutes: bool = True
    ends_bans: bool = True
    longest_text: TextLimit | None = None


class OnReview(StrEnum):
    """What a before-send hook does with a message that waits for a person."""

    PUBLISH = "publish"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One community's account of one platform, its secrets in the clear: never logged, never stored so.

    ``settings`` are the platform's own, checked by its adapter; ``previous`` are secrets that were rotated away and still count while the
    overlap lasts. ``staff_channel`` is where cards for the staff go; ``paid_messages`` allows what the platform bills for.
    ``dry_run`` decides and carries nothing out. ``stopped``: it is sent nothing more, since it took nothing for too long; what it sends
    us is still looked at.
    """

    id: str
    community: str
    platform: str
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    previous: Mapping[str, str] = field(default_factory=dict, repr=False)
    fail_mode: FailMode = FailMode.REVIEW
    on_review: OnReview = OnReview.PUBLISH
    dry_run: bool = False
    paid_messages: bool = False
    staff_channel: str | None = None
    disabled: bool = False
    stopped: bool = False

    def accepted(self, name: str) -> tuple[str, ...]:
        """The secret's values that count now: the current one, then the one it replaced."""
        return tuple(secrets[name] for secrets in (self.secrets, self.previous) if secrets.get(name))
