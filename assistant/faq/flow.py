"""The FAQ flow: what was understood and found becomes what the member reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.faq.choosing import Offer
from assistant.faq.decide import Decided, Verdict, decide
from assistant.faq.names import called, even_name, preferred
from assistant.faq.phrases import hand_over, say, say_to
from assistant.faq.services import speaks_of_others
from assistant.faq.trim import quote
from assistant.faq.understand import Understood
from assistant.types.faq import Citation, Entry, FaqOutcome, FaqReply, Hit, QuestionKind

QUOTE_CHARS = 600
_HANDED = frozenset({QuestionKind.ACCOUNT, QuestionKind.MEDICAL, QuestionKind.SAFETY, QuestionKind.HUMAN})
REFUSED = frozenset({QuestionKind.INJECTION, QuestionKind.ABUSE})
"""Kinds that nothing is answered to."""


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
    if kind in REFUSED:
        return _reply(FaqOutcome.REFUSED, text, understood, kind.value)
    if kind not in _HANDED:
        return _reply(FaqOutcome.ANSWER, text, understood, kind.value)
    if kind in {QuestionKind.MEDICAL, QuestionKind.SAFETY}:
        return _reply(FaqOutcome.HANDOFF, text, understood, kind.value)
    first = "account" if kind is QuestionKind.ACCOUNT else "handoff"
    return _reply(FaqOutcome.HANDOFF, handed_over(house, language, first), understood, kind.value)


def from_hits(understood: Understood, hits: Sequence[Hit], house: House) -> FaqReply:
    """The community's own words with their source, a question back, or a person."""
    decided = _decided(understood, hits, house)
    confidence = round((decided.hits or hits)[0].score, 4) if hits else 0.0
    if decided.verdict is Verdict.ANSWER:
        entry = decided.hits[0].entry
        text = quote(entry, understood.question, QUOTE_CHARS)
        return _reply(FaqOutcome.ANSWER, text, understood, decided.because, confidence, (cite(entry, text),))
    if decided.verdict is Verdict.CLARIFY:
        choices = tuple(called(hit.entry) for hit in decided.hits)
        text = say("clarify" if len(choices) > 1 else "near", understood.language)
        return _reply(FaqOutcome.CLARIFY, text, understood, decided.because, confidence, choices=choices)
    text = f"{say('unknown', understood.language)}\n{handed_over(house, understood.language, 'handoff')}"
    return _reply(FaqOutcome.HANDOFF, text, understood, decided.because, confidence)


def _decided(understood: Understood, hits: Sequence[Hit], house: House) -> Decided:
    """An entry that speaks of other services than the question (LINE Pay, where Alipay is asked for) is offered at most."""
    decided = decide(without_doubles(hits, understood.language), house.floor, house.gap)
    if decided.verdict is not Verdict.ANSWER or not speaks_of_others(decided.hits[0].entry, understood.question):
        return decided
    if called(decided.hits[0].entry):
        return Decided(Verdict.CLARIFY, decided.hits, "near")
    return Decided(Verdict.NOTHING, (), "floor")


def own_or_general(understood: Understood, hits: Sequence[Hit], house: House) -> FaqReply | None:
    """The reply to what may be about the member's own things and may be general: which of them is asked, where an entry would answer
    the general question. An entry's own question is general. ``None`` where no entry answers."""
    decided = _decided(understood, hits, house)
    if decided.verdict is not Verdict.ANSWER:
        return None
    entry, name = decided.hits[0].entry, called(decided.hits[0].entry)
    if even_name(understood.question) in map(even_name, (name, *entry.alternatives)):
        return from_hits(understood, hits, house)
    text, choices = say("own_or_general", understood.language), (say("own", understood.language), name)
    return _reply(FaqOutcome.CLARIFY, text, understood, "own", round(hits[0].score, 4), choices=choices)


def asked_again(understood: Understood, offer: Offer) -> FaqReply:
    """The same question back: what was answered to it does not tell which is meant."""
    because, name = ("own", "own_or_general") if offer.own_first else ("gap", "clarify")
    text = say(name, understood.language)
    return _reply(FaqOutcome.CLARIFY, text, understood, because, choices=offer.choices)


def without_doubles(hits: Sequence[Hit], language: str) -> list[Hit]:
    """``hits`` best first, and entries with the same question as one of them: the one in ``language``, then the newest, with the
    probability of all."""
    kept: dict[str, Hit] = {}
    for hit in hits:
        key = even_name(hit.entry.question) or f"id {hit.entry.id}"
        other = kept.get(key)
        if other is None:
            kept[key] = hit
        else:
            best = preferred((other.entry, hit.entry), language)
            kept[key] = replace(other, entry=best, score=min(1.0, other.score + hit.score))
    return sorted(kept.values(), key=lambda hit: -hit.score)


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
