"""What the judge is shown: a message with what was written before it, as data, with nobody's name or id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assistant.prompts import load_prompt
from assistant.store.decisions import DecisionRow
from assistant.types import Delivery
from assistant.types.generation import Prompted
from assistant.words import load_words

MOST_CHARS: Final = 4_000
MOST_EARLIER_CHARS: Final = 500
MOST_PARTS: Final = 10


def judge_prompt(delivery: Delivery, row: DecisionRow, before: Sequence[DecisionRow], problem: str = "") -> Prompted:
    """``before`` is what was written in the channel; the context that came with the message takes its place."""
    words = load_words()
    labels = {label: words.get(f"labels.{label}.definition", "en") for label in delivery.payload["labels"]}
    shown = {name: text[:MOST_EARLIER_CHARS] for name, text in list(row.parts.items())[:MOST_PARTS]}
    return load_prompt("judge").render(
        labels=labels,
        language=row.answer["detected_language"],
        thread=_thread(row, before),
        message=(row.text or "")[:MOST_CHARS],
        further_texts=shown,
        problem=problem,
    )


def _thread(row: DecisionRow, before: Sequence[DecisionRow]) -> list[Mapping[str, Any]]:
    said = [(one["text"], one.get("member")) for one in row.context] or [
        (one.text or "", one.member_id) for one in before
    ]
    others: dict[str, str] = {}
    return [{"by": _who(member, row, others), "text": text[:MOST_EARLIER_CHARS]} for text, member in said]


def _who(member: str | None, row: DecisionRow, others: dict[str, str]) -> str:
    if member is None:
        return "somebody"
    if member == row.member_id:
        return "the author"
    return others.setdefault(member, f"member {len(others) + 1}")
