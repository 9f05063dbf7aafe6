"""What the bot says itself, from the words file: everything but the community's own answers."""

from __future__ import annotations

from typing import Final

from assistant.types.faq import QuestionKind
from assistant.words import load_words

_TALK: Final = {
    "talk.greeting": "greeting",
    "talk.thanks": "thanks",
    "talk.bye": "goodbye",
    "talk.okay": "okay",
    "talk.small": "small_talk",
}
_KINDS: Final = {
    QuestionKind.ACCOUNT: "account",
    QuestionKind.MEDICAL: "medical",
    QuestionKind.SAFETY: "safety",
    QuestionKind.HUMAN: "handoff",
    QuestionKind.MACHINE: "machine",
    QuestionKind.INJECTION: "refused",
    QuestionKind.ABUSE: "refused_abuse",
}


def say(name: str, language: str, **values: object) -> str:
    """The sentence ``faq.<name>`` in ``language``; one that the words file does not know is answered in English."""
    return load_words().get(f"faq.{name}", language, **values)


def say_to(kind: QuestionKind, because: str, language: str, *, community: str, emergency: str | None = None) -> str:
    """What is said to a question that is no plain one. ``because`` is the rule that told its kind, ``emergency`` the number to call where
    the member is, if that is known. ValueError for a plain question, which has an answer or none, and for a crisis, which has help
    lines."""
    if kind in {QuestionKind.PLAIN, QuestionKind.CRISIS}:
        raise ValueError(f"a question of the kind {kind.value} has no fixed answer")
    name = _TALK.get(because, "small_talk") if kind is QuestionKind.TALK else _KINDS[kind]
    return say(name, language, community=community, emergency=emergency or say("emergency", language))


def hand_over(
    language: str,
    *,
    on_duty: bool,
    hours: str = "",
    minutes: int | None = None,
    contact: str = "",
    first: str = "handoff",
) -> str:
    """What is said at a hand-off: that a person comes, with the wait where one is known; with nobody on duty when somebody is, where else
    to write, and no promise. ``first`` names the sentence before it (``handoff``, ``account``...); ``minutes`` is the expected wait."""
    if on_duty:
        said = [say(first, language)]
        if minutes is not None and hours:
            said.append(say("handoff_wait", language, minutes=minutes, hours=hours))
        elif hours:
            said.append(say("handoff_hours", language, hours=hours))
        return _joined(said, language)
    said = [say("nobody", language)]
    if hours:
        said.append(say("handoff_hours", language, hours=hours))
    if contact:
        said.append(say("nobody_contact", language, contact=contact))
    return _joined(said, language)


def _joined(said: list[str], language: str) -> str:
    return ("" if language.startswith("zh") else " ").join(said)
