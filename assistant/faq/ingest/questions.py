"""Which lines ask, and texts that mark questions and answers: ``Q: … A: …``, 問：… 答：…"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.faq.ingest.tidying import tidy

_NUMBER = r"(?:[(（]?\d{1,3}|[(（]?[一二三四五六七八九十]{1,3})"
_MARK = r"\s*\d{0,3}\s*[:：.．、)）]\s*|\s*\d{1,3}\s+"
_Q = rf"[*_#>\s]*(?:Q(?:uestion)?|問題|问题|問|问)(?:{_MARK})[*_\s]*"
_A = rf"[*_>\s]*(?:A(?:ns(?:wer)?)?|答案|回答|答)(?:{_MARK})[*_\s]*"
_ASKED = re.compile(_Q, re.IGNORECASE)
_ANSWERED = re.compile(_A, re.IGNORECASE)
_LIST_NUMBER = re.compile(rf"{_NUMBER}\s*[.．、)）:：]\s*(?=\S)")
_CHINESE = re.compile(
    "如何|怎[麼么樣样]|什[麼么]|甚麼|哪[裡里些個个種种一位天家]|多少|多久|多長|多长|幾[個天時號]|几[个天时号]|是否|能否|可否|為何|为何|有沒有|有没有"
    "|可不可以|能不能|會不會|会不会|要不要|是不是|[嗎吗呢]$"
)
_ENGLISH = re.compile(
    r"(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|will|would|should|may|must|am)\b", re.IGNORECASE
)
_LONGEST = 200


@dataclass(slots=True)
class Asked:
    """``questions``: the first asks, the others are other ways to ask it."""

    questions: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)


def asks(line: str) -> bool:
    """Whether a heading is a question."""
    line = line.strip()
    if not line or len(line) > _LONGEST or "\n" in line:
        return False
    if line.endswith(("?", "？")) or _ASKED.match(line):
        return True
    bare = without_mark(line)
    return bool(_CHINESE.search(bare)) or (bool(_ENGLISH.match(bare)) and len(bare.split()) > 2)


def marked(line: str) -> bool:
    """Whether a line begins with ``Q:``, ``A:`` or the like."""
    return bool(_ASKED.match(line) or _ANSWERED.match(line))


def without_mark(question: str) -> str:
    """Without ``Q1:`` or a number in front."""
    bare = _ASKED.sub("", question.strip(), count=1) if _ASKED.match(question.strip()) else question.strip()
    return (_LIST_NUMBER.sub("", bare, count=1) if _LIST_NUMBER.match(bare) else bare).strip(" *_") or question.strip()


def without_answer_mark(answer: str) -> str:
    found = _ANSWERED.match(answer)
    return answer[found.end() :] if found else answer


def pairs(text: str) -> tuple[str, list[tuple[tuple[str, ...], str]]]:
    """What stands before the first marked question, and each question with its answer. Several questions before one answer are ways to
    ask it."""
    before: list[str] = []
    found: list[Asked] = []
    for line in text.split("\n"):
        _take(line, before, found)
    whole = [(tuple(map(tidy, one.questions)), tidy("\n".join(one.answer))) for one in found]
    if not any(answer for _, answer in whole):
        return text, []
    return tidy("\n".join(before)), [(questions, answer) for questions, answer in whole if answer]


def _take(line: str, before: list[str], found: list[Asked]) -> None:
    asked, answered = _ASKED.match(line), _ANSWERED.match(line)
    if asked and line[asked.end() :].strip():
        if not found or found[-1].answer:
            found.append(Asked())
        found[-1].questions.append(line[asked.end() :].strip(" *_"))
    elif answered and found and not found[-1].answer:
        found[-1].answer.append(line[answered.end() :])
    elif not found:
        before.append(line)
    elif found[-1].answer:
        found[-1].answer.append(line)
    elif line.strip():
        found[-1].questions[-1] += f"\n{line.strip()}"
