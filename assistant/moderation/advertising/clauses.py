"""A text as sentences and clauses, and put together again from those that stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_CLOSING: Final = r"[」』”’\"）)】]*"
_END: Final = re.compile(
    rf"(?:[。！？!?…]|(?<!\d)[～~]|[～~](?!\d)|(?<!\b[a-z])\.(?=[\s」』”\"）)]|\.)|\.$)+{_CLOSING}"
)
"""Ends a sentence; not what parts the figures of a number or the parts of an address, nor what follows a letter (a.m.)."""
_PAUSE: Final = re.compile(r"(?:[，；;]|,(?!\d)|(?<!\d),)+")
_ITEM: Final = re.compile(r"[ \t]*(?:\d{1,2}[.、)）](?!\d)|[-*•·](?!\d))[ \t]*")
_NUMBERED: Final = re.compile(r"([ \t]*)(\d{1,2})([.、)）])(?!\d)")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_CLOSED: Final = re.compile(
    r"[。！？!?….～~〕：:」』”\"）)】]\s*$|(?:^|\s)(?:#\S+|\S*(?:://|\.\w{2,})\S*)\s*$|[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]\s*$"
)
_SPACES: Final = re.compile(r"(?<=\S)[ \t]{2,}")
_LETTER: Final = re.compile(r"[^\w〔#@]*([a-z])")


@dataclass(frozen=True, slots=True)
class Clause:
    """Of the text from ``start``: its words, less the mark that ends it, which is empty at the end of a line without one."""

    start: int
    body: str
    mark: str

    @property
    def end(self) -> int:
        return self.start + len(self.body) + len(self.mark)

    def meets(self, start: int, end: int) -> bool:
        return self.start < end and start < self.start + len(self.body)


@dataclass(frozen=True, slots=True)
class Sentence:
    """``line`` counts from 0. Never without clauses."""

    line: int
    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        return "".join(one.body + one.mark for one in self.clauses)

    def meets(self, start: int, end: int) -> bool:
        return any(one.meets(start, end) for one in self.clauses)


def is_han(text: str) -> bool:
    """Whether it is written in Chinese characters, so that its marks are wide."""
    return _HAN.search(text) is not None


def sentences(text: str) -> list[Sentence]:
    """In the order of the text; the sign of a list's item belongs to its line and to no sentence. Linear in the text."""
    found = []
    at = 0
    for line, written in enumerate(text.split("\n")):
        begins = _item(written)
        for end in [*(one.end() for one in _END.finditer(written, begins)), len(written)]:
            if written[begins:end].strip():
                found.append(Sentence(line, _clauses(written, begins, end, at)))
                begins = end
        at += len(written) + 1
    return found


def joined(text: str, said: Sequence[str]) -> str:
    """``text`` with what is now ``said`` in the place of each of its ``sentences``, empty for those that go: lines of which nothing is
    left go too, and so does a line that announces them; a list is numbered anew; the whole ends with a mark."""
    lines = text.split("\n")
    parts: dict[int, list[str]] = {}
    for sentence, now in zip(sentences(text), said, strict=True):
        parts.setdefault(sentence.line, []).append(now)
    left: list[str | None] = []
    for number, written in enumerate(lines):
        now = "".join(parts.get(number, ()))
        gone = number in parts and not now.strip()
        left.append(None if gone else _lead(written) + now.lstrip())
    kept = _numbered(_announced(left), lines)
    return _closed(_SPACES.sub(" ", re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()))


def capital(text: str) -> str:
    """Its first letter a capital, where it begins with a Latin one that no sign such as # stands before."""
    found = _LETTER.match(text)
    return text[: found.start(1)] + found[1].upper() + text[found.end(1) :] if found else text


def _lead(line: str) -> str:
    item = _item(line)
    return line[: item + len(line[item:]) - len(line[item:].lstrip())]


def _item(line: str) -> int:
    found = _ITEM.match(line)
    return found.end() if found and line[found.end() :].strip() else 0


def _clauses(written: str, begins: int, end: int, at: int) -> tuple[Clause, ...]:
    last = next((one for one in _END.finditer(written, begins, end) if one.end() == end), None)
    until = last.start() if last else end
    clauses = []
    for pause in _PAUSE.finditer(written, begins, until):
        if written[begins : pause.start()].strip():
            clauses.append(Clause(at + begins, written[begins : pause.start()], pause[0]))
            begins = pause.end()
    return (*clauses, Clause(at + begins, written[begins:until], written[until:end]))


def _announced(lines: Sequence[str | None]) -> list[str | None]:
    """None too for the lines that end in a colon and announced what is gone."""
    left = list(lines)
    for number, line in enumerate(lines[:-1]):
        if line is not None and line.rstrip().endswith(("：", ":")) and lines[number + 1] is None:
            rest = next((one for one in lines[number + 1 :] if one is not None), "")
            left[number] = line if _item(rest) else None
    return left


def _numbered(lines: Sequence[str | None], written: Sequence[str]) -> list[str]:
    """The lines that are left, a list's items counted without those that are gone."""
    said = []
    gone = 0
    for line, before in zip(lines, written, strict=True):
        found = _NUMBERED.match(before) if _item(before) else None
        if found is None:
            gone = 0
        elif line is None:
            gone += 1
        if line is not None:
            counted = found is not None and gone > 0
            said.append(f"{found[1]}{int(found[2]) - gone}{line[found.end(2) :]}" if found and counted else line)
    return said


def _closed(text: str) -> str:
    if not text or _CLOSED.search(text):
        return text
    return text.rstrip("，,、；; \t") + ("。" if is_han(text) else ".")
