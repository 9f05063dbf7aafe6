"""A reply takes on the risk of the message that it answers, in as much as it endorses it, urges it on or joins in: "exactly, they all are".

The score of a label is what the message answered has, times how surely the reply takes it on; a person looks at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assistant.moderation.stance import Harm, Stance, StanceModel
from assistant.types import ContextMessage, Finding, Label, Message

REPLY: Final = "reply:"
LEAST: Final = 0.5
"""A stance less sure than this takes nothing on."""
HARM_OF: Final[Mapping[str, Harm]] = {
    Label.HARASSMENT.value: Harm.ATTACK,
    Label.HATE.value: Harm.ATTACK,
    Label.THREAT.value: Harm.VIOLENCE,
    Label.VIOLENCE.value: Harm.VIOLENCE,
    Label.SELF_HARM.value: Harm.SELF_HARM,
    Label.ILLICIT.value: Harm.TRADE,
    Label.FRAUD.value: Harm.TRADE,
    Label.GAMBLING.value: Harm.TRADE,
}
"""The labels that a reply may take on. What is offensive by its words alone (profanity, sexual content, spam) stays with who wrote it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """``stance`` is the likeliest of those that take on, ``probability`` that of all of them together."""

    stance: Stance
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a reply's risk comes from the message that it answers, and the stages that failed."""

    findings: tuple[Finding, ...] = ()
    failed: tuple[str, ...] = ()


def answered(message: Message) -> ContextMessage | None:
    """The message of the context that ``message`` answers, with an id: the one that ``reply_to`` names, else the last by somebody else."""
    for at in reversed(range(len(message.context))):
        one = message.context[at]
        if message.reply_to is not None:
            if one.id == message.reply_to:
                return one
        elif one.member is None or one.member != message.member_id:
            return ContextMessage(one.text, one.member, one.id or f"context[{at}]", one.scores)
    return None


def takes_on(model: StanceModel, text: str) -> bool:
    """Whether a reply of these words may take anything on, whatever it answers."""
    return bool(read_stances(model, text))


def read_stances(model: StanceModel, text: str) -> Mapping[Harm, Taken]:
    """The stances that take on, under each harm under which they are sure enough."""
    found: dict[Harm, Taken] = {}
    for harm, shares in model.read_reply(text).items():
        sure = 1.0 - shares[Stance.OTHER]
        if sure >= LEAST:
            likeliest = max((one for one in shares if one is not Stance.OTHER), key=lambda one: shares[one])
            found[harm] = Taken(likeliest, min(1.0, sure))
    return found


def taken_on(
    message: Message,
    parent: ContextMessage,
    scores: Mapping[str, float],
    stances: Mapping[Harm, Taken],
    own: Mapping[str, float],
) -> tuple[Finding, ...]:
    """A finding over the whole reply for each label that comes out higher than its ``own`` score; ``scores`` are the parent's."""
    found = []
    for label, harm in HARM_OF.items():
        taken = stances.get(harm)
        if taken is None:
            continue
        score = round(min(1.0, max(0.0, scores.get(label, 0.0))) * taken.probability, 4)
        if score > own.get(label, 0.0):
            source = f"{REPLY}{taken.stance.value}:{parent.id}"
            found.append(Finding(label, score, 0, len(message.text), source))
    return tuple(found)
