"""What members are told in private: the rule in words, the step, its end, how to appeal, and whether a machine alone decided. Never the
pattern that matched, never a score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.moderation.helplines import region_of
from assistant.moderation.notices import help_words
from assistant.store.decisions import DecisionRow
from assistant.store.penalties import PenaltyRow
from assistant.types import CUSTOM_PREFIX, Sees
from assistant.usecases.appeal_links import appeal_link
from assistant.usecases.assistant import Assistant
from assistant.usecases.registry import Held
from assistant.words import load_words

MACHINE = "machine"
"""Who acts where no person does."""
_MAX_RULES = 3


def step_notice(
    assistant: Assistant,
    held: Held,
    decision: DecisionRow,
    language: str,
    penalty: PenaltyRow | None,
    *,
    actor: str,
) -> str:
    """About one decision and the step it brought, if any; ``actor`` is ``machine``, or who decided."""
    words = load_words()
    lines = [
        words.get("notices.heading", language, community=held.community_name),
        _what(decision, language, actor),
        *(words.get("notices.rule", language, definition=rule) for rule in _rules(decision, language)),
    ]
    if penalty is not None:
        lines.append(words.get("notices.step", language, step=words.get(f"steps.{penalty.step.value}", language)))
        if penalty.step.value in {"mute", "ban"}:
            lines.append(_end(penalty.ends_at, held.time_zone, language))
    lines.append(words.get("notices.machine" if actor == MACHINE else "notices.person", language))
    lines.append(appeal_line(assistant, held, decision.id, decision.member_id, language))
    return "\n".join(lines)


def help_notice(held: Held, language: str, locale: str | None) -> str:
    """For a member who may hurt themselves: warm words, and the region's lines."""
    return help_words(language, region_of(language, locale), held.community_name)


def overturned_notice(held: Held, language: str) -> str:
    words = load_words()
    heading = words.get("notices.heading", language, community=held.community_name)
    return f"{heading}\n{words.get('notices.overturned', language)}"


def upheld_notice(held: Held, decision: DecisionRow, language: str) -> str:
    words = load_words()
    heading = words.get("notices.heading", language, community=held.community_name)
    return f"{heading}\n{words.get('notices.upheld', language, labels=label_names(decision.labels, language))}"


def appeal_line(assistant: Assistant, held: Held, decision_id: str, member_id: str | None, language: str) -> str:
    """By the page where the service has a public address, else by the command where the platform has one, else by the staff."""
    words = load_words()
    link = appeal_link(assistant, decision_id, held.connection.community, member_id, language)
    if link is not None:
        return words.get("notices.appeal_link", language, link=link)
    key = "appeal_command" if Sees.COMMANDS in held.capabilities.sees else "appeal_staff"
    return words.get(f"notices.{key}", language, decision=decision_id)


def label_names(labels: tuple[str, ...], language: str) -> str:
    words = load_words()
    return words.get("reason.separator", language).join(_name(label, language) for label in labels)


def _what(decision: DecisionRow, language: str, actor: str) -> str:
    """What the machine decided, or that a person has taken the message away."""
    if actor != MACHINE:
        return load_words().get("notices.removed", language)
    return str(decision.answer["reason"].get(language) or decision.answer["reason"]["en"])


def _rules(decision: DecisionRow, language: str) -> list[str]:
    words = load_words()
    keys = ["custom" if label.startswith(CUSTOM_PREFIX) else label for label in decision.labels[:_MAX_RULES]]
    return [words.get(f"labels.{key}.definition", language) for key in dict.fromkeys(keys)]


def _name(label: str, language: str) -> str:
    if label.startswith(CUSTOM_PREFIX):
        return label.removeprefix(CUSTOM_PREFIX)
    return load_words().get(f"labels.{label}.name", language)


def _end(ends_at: datetime | None, zone: ZoneInfo | None, language: str) -> str:
    words = load_words()
    if ends_at is None:
        return words.get("notices.no_end", language)
    there = ends_at.astimezone(zone or UTC)
    return words.get("notices.until", language, end=f"{there:%Y-%m-%d %H:%M}", zone=offset_name(there))


def offset_name(moment: datetime) -> str:
    """``UTC+8``, ``UTC-3:30`` or ``UTC``: how far the clock of ``moment``, which knows its zone, is ahead."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
