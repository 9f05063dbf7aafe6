"""The FAQ flow: what was understood and found becomes what the member reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.faq.decide import Verdict, decide
from assistant.faq.phrases import hand_over, say, say_to
from assistant.faq.rulebook import folded
from assistant.faq.trim import quote
from assistant.faq.understand import Understood
from assistant.types.faq import Citation, Entry, FaqOutcome, FaqReply, Hit, QuestionKind

QUOTE_CHARS = 600
_HANDED = frozenset({QuestionKind.ACCOUNT, QuestionKind.MEDICAL, QuestionKind.SAFETY, QuestionKind.HUMAN})
_REFUSED = frozenset({QuestionKind.INJECTION, QuestionKind.ABUSE})


@dataclass(frozen=True, slots=True)
class House:
    """What the bot knows of the community it speaks for: its name, who is on duty when, where else to write, the emergency number
    where the member is, if it is known, and what is said to a member who may hurt themselves."""

    name: str
    floor: float
    gap: float
    on_duty: bool
    hours: str = ""
    promised_minutes: int | None = None
    write_to: str = ""
    emergency: str | None = None
    help: str = ""


def special(understood: Understood, house: House) -> FaqReply | None:
    """The reply to a question that no entry may answer; ``None`` for a plain one."""
    kind, language = understood.kind, understood.language
    if kind is QuestionKind.PLAIN:
        return None
    if kind is QuestionKind.CRISIS:
        return _reply(FaqOutcome.HANDOFF, house.help, understood, kind.value)
    text = say_to(kind, understood.because, language, community=house.name, emergency=house.emergency)
    if kind in _REFUSED:
        return _reply(FaqOutcome.REFUSED, text, understood, kind.value)
    if kind not in _HANDED:
        return _reply(FaqOutcome.ANSWER, text, understood, kind.value)
    if kind in {QuestionKind.MEDICAL, QuestionKind.SAFETY}:
        return _reply(FaqOutcome.HANDOFF, text, understood, kind.value)
    first = "account" if kind is QuestionKind.ACCOUNT else "handoff"
    return _reply(FaqOutcome.HANDOFF, handed_over(house, language, first), understood, kind.value)


def from_hits(understood: Understood, hits: Sequence[Hit], house: House) -> FaqReply:
    """The community's own words with their source, a question back, or a person."""
    decided = decide(hits, house.floor, house.gap)
    confidence = round(hits[0].score, 4) if hits else 0.0
    if decided.verdict is Verdict.ANSWER:
        entry = decided.hits[0].entry
        text = quote(entry, understood.question, QUOTE_CHARS)
        return _reply(FaqOutcome.ANSWER, text, understood, decided.because, confidence, (cite(entry, text),))
    if decided.verdict is Verdict.CLARIFY:
        choices = tuple(hit.entry.question or hit.entry.title for hit in decided.hits)
        text = say("clarify" if len(choices) > 1 else "near", understood.language)
        return _reply(FaqOutcome.CLARIFY, text, understood, decided.because, confidence, choices=choices)
    text = f"{say('unknown', understood.language)}\n{handed_over(house, understood.language, 'handoff')}"
    return _reply(FaqOutcome.HANDOFF, text, understood, decided.because, confidence)


def own_or_general(understood: Understood, hits: Sequence[Hit], house: House) -> FaqReply | None:
    """The reply to what may be about the member's own things and may be general: which of them is asked, where an entry would answer
    the general question. An entry's own question is general. ``None`` where no entry answers."""
    decided = decide(hits, house.floor, house.gap)
    if decided.verdict is not Verdict.ANSWER:
        return None
    name = decided.hits[0].entry.question or decided.hits[0].entry.title
    if folded(name) == folded(understood.question):
        return from_hits(understood, hits, house)
    text, choices = say("own_or_general", understood.language), (say("own", understood.language), name)
    return _reply(FaqOutcome.CLARIFY, text, understood, "own", round(hits[0].score, 4), choices=choices)


def cite(entry: Entry, text: str) -> Citation:
    return Citation(entry.id, entry.title or entry.question or " › ".join(entry.headings), text, entry.source)


def handed_over(house: House, language: str, first: str) -> str:
    return hand_over(
        language,
        on_duty=house.on_duty,
        hours=house.hours,
        minutes=house.promised_minutes,
        contact=house.write_to,
        first=first,
    )


def _reply(
    outcome: FaqOutcome,
    text: str,
    understood: Understood,
    because: str,
    confidence: float = 0.0,
    citations: tuple[Citation, ...] = (),
    *,
    choices: tuple[str, ...] = (),
) -> FaqReply:
    return FaqReply(
        outcome=outcome,
        answer=text,
        citations=citations,
        confidence=confidence,
        choices=choices,
        because=because,
        question=understood.question,
    )
