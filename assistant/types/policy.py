"""A community's policy: versioned data that turns scores into actions.

The classes check their own values and raise ``ValueError``; ``assistant.moderation.policy`` reads them from JSON or TOML and reports the
field. A policy is stored and exchanged as the JSON of these classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from assistant.types.decision import Action
from assistant.types.judge import Judge
from assistant.types.label import NoLabel, is_label
from assistant.types.penalties import Penalties

MAX_TERMS = 20_000
MAX_TERM_CHARS = 100
MAX_LISTS = 500
MAX_PATTERNS = 200
MAX_PHRASES = 5_000
MAX_PATTERN_CHARS = 1_000

_FORBID_EXTRA = {"extra": "forbid"}


class FailMode(StrEnum):
    """What becomes of a message when a stage of screening failed."""

    REVIEW = "review"
    OPEN = "open"
    CLOSED = "closed"


class TermScript(StrEnum):
    """The script that a list's terms hold in."""

    ANY = "any"
    HANS = "hans"
    HANT = "hant"
    LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest score that brings each action; ``None`` never brings it. A score below all of them is allowed."""

    mask: float | None = None
    review: float | None = None
    hide: float | None = None
    block: float | None = None

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        milder, least = "", 0.0
        for action in ("mask", "review", "hide", "block"):
            value = getattr(self, action)
            if value is None:
                continue
            if not 0 < value <= 1:
                raise ValueError(f"{action} must be over 0 and at most 1, got {value}")
            if value < least:
                raise ValueError(f"{action} ({value}) must not be below the milder {milder} ({least})")
            milder, least = action, value

    def action(self, score: float) -> Action:
        """The most severe action whose threshold ``score`` reaches."""
        if self.block is not None and score >= self.block:
            return Action.BLOCK
        if self.hide is not None and score >= self.hide:
            return Action.HIDE
        if self.review is not None and score >= self.review:
            return Action.REVIEW
        if self.mask is not None and score >= self.mask:
            return Action.MASK
        return Action.ALLOW


@dataclass(frozen=True, slots=True)
class TermList:
    """Keywords of one label. ``evasive`` matches their disguises too; ``unless`` are phrases inside which a term is innocent."""

    id: str
    label: str
    terms: tuple[str, ...]
    score: float = 0.9
    script: TermScript = TermScript.ANY
    evasive: bool = True
    unless: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        _check_rule(self.id, self.label, self.score)
        if not self.terms:
            raise ValueError(f"list {self.id!r} has no terms")
        if len(self.terms) + len(self.unless) > MAX_TERMS:
            raise ValueError(f"list {self.id!r} has over {MAX_TERMS} terms")
        for term in (*self.terms, *self.unless):
            if not term.strip():
                raise ValueError(f"list {self.id!r} has an empty term")
            if len(term) > MAX_TERM_CHARS:
                raise ValueError(f"list {self.id!r} has a term over {MAX_TERM_CHARS} characters: {term[:20]!r}...")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression in RE2's syntax: linear time, so without back-references and look-around."""

    id: str
    label: str
    pattern: str
    score: float = 0.9

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        _check_rule(self.id, self.label, self.score)
        if not self.pattern:
            raise ValueError(f"pattern {self.id!r} is empty")
        if len(self.pattern) > MAX_PATTERN_CHARS:
            raise ValueError(f"pattern {self.id!r} is over {MAX_PATTERN_CHARS} characters")


@dataclass(frozen=True, slots=True)
class Links:
    """Registered domains (``example.com`` covers its subdomains). ``deny`` wins over ``allow``."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    deny_label: str = "spam"
    protect: tuple[str, ...] = ()
    """Domains whose look-alikes are found as fraud, beside the community's own."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        if not is_label(self.deny_label):
            raise ValueError(f"{self.deny_label!r} is not a label; a community's own is written custom:<name>")


@dataclass(frozen=True, slots=True)
class Own:
    """What belongs to the community itself and is therefore never advertising, luring or a leak."""

    domains: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA


@dataclass(frozen=True, slots=True)
class Exemptions:
    """``phrases`` are innocent wherever they stand; members with one of ``roles`` are not judged by ``labels`` (all, if empty).

    ``quoting`` lets a finding inside quotation marks pass as a quotation: it is reported, at most for review.
    """

    phrases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    quoting: bool = False

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        for name in self.labels:
            if not is_label(name):
                raise ValueError(f"{name!r} is not a label; a community's own is written custom:<name>")


@dataclass(frozen=True, slots=True)
class Override:
    """Other thresholds where the message's channel, the member's role and the purpose match; an empty tuple matches all."""

    thresholds: Mapping[str, Thresholds]
    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        _check_labels(self.thresholds)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides.

    ``unscreened`` maps a kind of content to an action, ``*`` being any other kind. ``version`` counts the policies that a community has
    stored; 0 is one that is not stored.
    """

    id: str = "policy"
    version: int = 0
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    fail_mode: FailMode = FailMode.REVIEW
    unsupported_language: Action = Action.ALLOW
    unscreened: Mapping[str, Action] = field(default_factory=lambda: {"*": Action.ALLOW})
    starter_rules: bool = True
    disabled_rules: tuple[str, ...] = ()
    lists: tuple[TermList, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    links: Links = Links()
    own: Own = Own()
    exemptions: Exemptions = Exemptions()
    penalties: Penalties = field(default_factory=Penalties)
    judge: Judge = field(default_factory=Judge)
    note: str = ""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID_EXTRA

    def __post_init__(self) -> None:
        _check_labels(self.thresholds)
        if not self.thresholds:
            raise ValueError("thresholds are missing: without them nothing would ever be acted upon")
        if self.version < 0:
            raise ValueError("version must be 0 or more")
        self._check_counts()
        ids = Counter(rule.id for rule in self.rules)
        for rule_id, count in ids.items():
            if count > 1:
                raise ValueError(f"two rules are called {rule_id!r}")

    def _check_counts(self) -> None:
        counts = {
            "terms": (sum(len(one.terms) + len(one.unless) for one in self.lists), MAX_TERMS),
            "lists": (len(self.lists), MAX_LISTS),
            "patterns": (len(self.patterns), MAX_PATTERNS),
            "overrides": (len(self.overrides), MAX_LISTS),
            "labels": (len(self.thresholds), MAX_LISTS),
            "exempt phrases": (len(self.exemptions.phrases), MAX_PHRASES),
            "disabled rules": (len(self.disabled_rules), MAX_PHRASES),
            "kinds of content": (len(self.unscreened), MAX_LISTS),
            "domains": (sum(map(len, (self.links.allow, self.links.deny, self.links.protect))), MAX_PHRASES),
            "own": (sum(map(len, (self.own.domains, self.own.accounts, self.own.phones, self.own.staff))), MAX_PHRASES),
        }
        for name, (count, most) in counts.items():
            if count > most:
                raise ValueError(f"{count} {name}, at most {most} are allowed")

    @property
    def rules(self) -> tuple[TermList | Pattern, ...]:
        """The community's own lists and patterns."""
        return (*self.lists, *self.patterns)


def _check_labels(names: Mapping[str, Thresholds]) -> None:
    for name in names:
        if not is_label(name):
            raise NoLabel(name, "thresholds")


def _check_rule(rule_id: str, label: str, score: float) -> None:
    if not rule_id or len(rule_id) > MAX_TERM_CHARS:
        raise ValueError(f"a rule's id has 1 to {MAX_TERM_CHARS} characters")
    if not is_label(label):
        raise ValueError(f"{label!r} is not a label; a community's own is written custom:<name>")
    if not 0 < score <= 1:
        raise ValueError(f"score must be over 0 and at most 1, got {score}")
