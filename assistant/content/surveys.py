"""Questionnaires: a proposal to begin from, the words members read, and answers counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, Final

from assistant.types.survey import Question, Tally
from assistant.words import load_words

MOST_QUESTIONS: Final = 20
MOST_OPTIONS: Final = 10


def survey_of(subject: str, language: str) -> tuple[Question, ...]:
    """Three questions about a subject; what only the operator knows is left blank."""
    words = load_words()

    def said(name: str) -> str:
        return words.get(f"content.survey.{name}", language, subject=subject)

    def options(name: str) -> tuple[str, ...]:
        return tuple(said(name).splitlines())

    return (
        Question("satisfied", said("satisfied"), options("satisfied_options")),
        Question("matters", said("matters"), options("matters_options"), several=True),
        Question("change", said("change"), options("change_options")),
    )


def as_document(questions: Sequence[Question]) -> dict[str, Any]:
    return {
        "questions": [
            {"id": one.id, "ask": one.ask, "options": list(one.options), "several": one.several} for one in questions
        ]
    }


def questions_of(document: Mapping[str, Any] | None) -> tuple[Question, ...]:
    """The questions of what ``as_document`` made; none of None."""
    asked = (document or {}).get("questions", ())
    return tuple(Question(one["id"], one["ask"], tuple(one["options"]), one["several"]) for one in asked)


def parts_of(document: Mapping[str, Any] | None) -> dict[str, str]:
    """What members read, each under its path: screened as the draft is."""
    parts: dict[str, str] = {}
    for at, one in enumerate(questions_of(document)):
        path = f"survey.questions[{at}]"
        parts[f"{path}.ask"] = one.ask
        parts |= {f"{path}.options[{number}]": option for number, option in enumerate(one.options)}
    return parts


def as_text(document: Mapping[str, Any] | None, language: str) -> str:
    """The questions, numbered, with lettered options, as they are posted where a platform has no forms."""
    lines = []
    for number, one in enumerate(questions_of(document), 1):
        more = load_words().get("content.survey.several", language) if one.several else ""
        lines.append(f"{number}. {one.ask}{more}")
        lines += [f"{letter} {option}" for letter, option in zip(ascii_uppercase, one.options, strict=False)]
    return "\n".join(lines)


def tally(questions: Sequence[Question], answers: Iterable[tuple[str, Any, int]]) -> list[Tally]:
    """``answers`` are of how many members each: a question's id, and the option or list of options chosen. An answer with anything else
    is refused whole; answers to no question are left out."""
    counts = {one.id: [0] * len(one.options) for one in questions}
    answered, refused = dict.fromkeys(counts, 0), dict.fromkeys(counts, 0)
    by_id = {one.id: one for one in questions}
    for name, chosen, members in answers:
        if name not in by_id:
            continue
        options = _options(by_id[name], chosen)
        if options is None:
            refused[name] += members
            continue
        answered[name] += members
        for option in options:
            counts[name][option] += members
    return [Tally(one, tuple(counts[one.id]), answered[one.id], refused[one.id]) for one in questions]


def _options(question: Question, chosen: Any) -> frozenset[int] | None:
    given = chosen if isinstance(chosen, list) else [chosen]
    numbers = frozenset(one for one in given if isinstance(one, int) and not isinstance(one, bool))
    inside = all(0 <= one < len(question.options) for one in numbers)
    if not given or len(numbers) != len(given) or not inside or (len(numbers) > 1 and not question.several):
        return None
    return numbers
