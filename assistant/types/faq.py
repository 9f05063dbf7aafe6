"""Questions and the community's own answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FaqOutcome(StrEnum):
    """What a question comes to. ``clarify`` asks which of two was meant; ``lookup`` was answered by the shop's own system about the
    member's own things; ``handoff`` goes to a person; ``refused`` is not answered at all."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    LOOKUP = "lookup"
    HANDOFF = "handoff"
    REFUSED = "refused"


class QuestionKind(StrEnum):
    """What a question is about, as far as that decides who may answer it.

    ``account`` is about the member's own order, refund, points or data; ``medical`` about health; ``safety`` reports a product that hurt
    someone or may; ``crisis`` is said by a member who may hurt themselves; ``human`` asks for a person; ``talk`` is greeting, thanks,
    goodbye or small talk; ``machine`` asks what the bot is; ``injection`` tries to give the bot orders or draw out its instructions;
    ``abuse`` threatens or harasses sexually.
    """

    PLAIN = "plain"
    ACCOUNT = "account"
    MEDICAL = "medical"
    SAFETY = "safety"
    CRISIS = "crisis"
    HUMAN = "human"
    TALK = "talk"
    MACHINE = "machine"
    INJECTION = "injection"
    ABUSE = "abuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing the community knows: a question with its answer, or a passage of a document (then ``question`` is empty).

    ``alternatives`` are other ways to ask it; ``headings`` the path to the passage in its document, outermost first; ``title`` what a
    citation shows; ``source`` where it stands (an address, a file's name). It counts from ``valid_from`` until before ``valid_to``.
    ``roles`` are those that may see it; empty: everyone. ``contacts`` are phones and addresses in it that belong to the community.
    """

    id: str
    language: str
    answer: str
    question: str = ""
    alternatives: tuple[str, ...] = ()
    title: str = ""
    source: str = ""
    headings: tuple[str, ...] = ()
    document_id: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    roles: tuple[str, ...] = ()
    updated_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_to is None or now < self.valid_to)

    def visible_to(self, roles: frozenset[str]) -> bool:
        return not self.roles or not roles.isdisjoint(self.roles)

    @property
    def utterances(self) -> tuple[str, ...]:
        """The ways to ask it; a passage has none."""
        return tuple(text for text in (self.question, *self.alternatives) if text)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer. ``score`` is the calibrated probability, in [0, 1], that it does; ``features`` what it was made of, for
    feedback and explanation."""

    entry: Entry
    score: float
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """``quote`` stands in the entry word for word."""

    entry_id: str
    title: str
    quote: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said before: ``asker`` is the member, else the bot or a person of the staff."""

    text: str
    asker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqReply:
    """``answer`` is what the member reads; ``confidence`` the first hit's score, in [0, 1]; ``choices`` are the questions of a ``clarify``;
    ``because`` names the rule or stage that decided (``floor``, ``gap``, ``account``, ``medical``, ``human``...); ``written`` says that a
    language model wrote it."""

    outcome: FaqOutcome
    answer: str
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    choices: tuple[str, ...] = ()
    because: str = ""
    written: bool = False
    question: str = ""
    """The question as it was understood, with what earlier turns had left open filled in."""
