"""Cards: a case as the staff read it in their own channel, with the buttons that decide it."""

from __future__ import annotations

from sqlalchemy import Connection as Transaction

from assistant.errors import NotFound
from assistant.store import appeals, decisions
from assistant.store.decisions import DecisionRow
from assistant.types import Button, Case, CaseKind, CaseState, Label, Resolution
from assistant.usecases.notices import label_names
from assistant.words import load_words

MAX_TEXT_CHARS = 800
_PREFIX = "case"
_VERBS = {
    CaseKind.PENALTY: ("spare", "take_step"),
    CaseKind.APPEAL: ("overturn", "uphold"),
    CaseKind.HELP: ("seen", "remove"),
    CaseKind.ALERT: ("seen", None),
}
_RESOLVED = {Resolution.APPROVE: "approved", Resolution.REMOVE: "removed", Resolution.UNDO: "undone"}
_UNQUOTED = frozenset({Label.SEXUAL_MINORS.value})
"""Texts of these labels are never repeated in a chat, not even the staff's."""


def card_text(transaction: Transaction, case: Case, language: str) -> str:
    """The case with its evidence, as far as it is still kept."""
    words = load_words()
    lines = [f"{words.get(f'cases.{case.kind.value}', language)} · {case.id}"]
    if case.member_id or case.channel:
        lines.append(words.get("cards.member", language, member=case.member_id or "?", channel=case.channel or "?"))
    decision = _decision(transaction, case)
    judge = case.details.get("judge", {})
    quotable = decision is None or not _UNQUOTED.intersection((*decision.labels, *judge.get("labels", ())))
    if decision is not None:
        lines += _evidence(decision, language, quotable=quotable)
    if judge:
        labels = label_names(judge["labels"], language)
        lines.append(words.get("cards.judged", language, model=judge["model"], labels=labels))
    lines += _details(transaction, case, language, quotable=quotable)
    if case.state is CaseState.RESOLVED and case.resolution is not None:
        actor = case.resolved_by or ""
        lines.append("— " + words.get(f"cards.{_RESOLVED[case.resolution]}", language, actor=actor))
    return "\n".join(lines)


def card_buttons(case: Case, language: str) -> tuple[Button, ...]:
    """Those that decide it, or the one that takes the decision back."""
    words = load_words()
    if case.state is CaseState.RESOLVED:
        return (Button(words.get("cards.undo", language), press_value(case.id, Resolution.UNDO)),)
    approve, remove = _VERBS.get(case.kind, ("approve", "remove"))
    buttons = [Button(words.get(f"cards.{approve}", language), press_value(case.id, Resolution.APPROVE))]
    if remove is not None:
        buttons.append(Button(words.get(f"cards.{remove}", language), press_value(case.id, Resolution.REMOVE)))
    return tuple(buttons)


def press_value(case_id: str, resolution: Resolution) -> str:
    return f"{_PREFIX}:{case_id}:{resolution.value}"


def read_press(value: str) -> tuple[str | None, Resolution] | None:
    """The case, or ``None`` where only the card tells, and the resolution; ``None`` for what is no press of ours."""
    prefix, _, rest = value.partition(":")
    case_id, _, verb = rest.partition(":")
    if prefix != _PREFIX or not case_id:
        case_id, verb = "", value
    try:
        return case_id or None, Resolution(verb)
    except ValueError:
        return None


def _decision(transaction: Transaction, case: Case) -> DecisionRow | None:
    if case.decision_id is None:
        return None
    try:
        return decisions.get(transaction, case.community, case.decision_id)
    except NotFound:
        return None


def _evidence(decision: DecisionRow, language: str, *, quotable: bool) -> list[str]:
    words = load_words()
    labels = label_names(decision.labels, language) or "-"
    action = words.get(f"actions.{decision.answer['action']}", language)
    lines = [words.get("cards.found", language, labels=labels, action=action)]
    if decision.degraded:
        lines.append(words.get("cards.degraded", language, stages=", ".join(decision.degraded)))
    text = "\n".join(filter(None, (decision.text, *decision.parts.values())))
    if text and quotable:
        shown = text if len(text) <= MAX_TEXT_CHARS else text[:MAX_TEXT_CHARS] + "…"
        lines.append(words.get("cards.text", language, text=shown))
    else:
        lines.append(words.get("cards.no_text", language))
    return lines


def _details(transaction: Transaction, case: Case, language: str, *, quotable: bool) -> list[str]:
    words = load_words()
    details, lines = case.details, []
    because = details.get("because")
    said = f"because.{because}" if f"because.{because}" in words else None
    if case.kind is CaseKind.PENALTY:
        reason = words.get(said, language) if said else str(because)
        lines.append(
            words.get("cards.step", language, step=words.get(f"card_steps.{details['step']}", language), because=reason)
        )
    elif because:
        lines.append(words.get("cards.detail", language, detail=words.get(said, language) if said else str(because)))
    if case.kind is CaseKind.APPEAL and case.decision_id:
        appeal = appeals.of_decision(transaction, case.community, case.decision_id)
        if appeal is not None and quotable:
            lines.append(words.get("cards.said", language, text=appeal.text[:MAX_TEXT_CHARS]))
    if quotable and details.get("text"):
        lines.append(words.get("cards.detail", language, detail=str(details["text"])))
    return lines
