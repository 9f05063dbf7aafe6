"""The lines of a PDF's pages as headings and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.faq.ingest.blocks import Block, Heading, Text
from assistant.faq.ingest.questions import marked
from assistant.faq.ingest.tidying import measure, one_line

_LARGER = 1.15
_LONGEST_HEADING = 120
_GAP = 1.75
"""From one line to the next in sizes of type: more begins a paragraph."""
_FULL = 0.8
_EDGE = 2
_REPEATED = 0.6
_FEWEST_PAGES = 3
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(r"\s*(?:[-•●▪◦‧·*]|[(（]?\d{1,2}[.、)）]|[(（]?[一二三四五六七八九十]{1,3}[、)）])\s*")
_ENDS = re.compile(r"[。！？!?：:.][\"'”’」』）)]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """``size`` of its type and ``height`` above the page's bottom, in points; pages count from 0."""

    text: str
    page: int
    size: float
    height: float


def blocks(lines: Sequence[Line]) -> list[Block]:
    kept = _without_repeated(lines)
    body = _body_size(kept)
    levels = {
        size: at + 1
        for at, size in enumerate(sorted({_rounded(one) for one in kept if _is_large(one, body)}, reverse=True))
    }
    longest = max((measure(line.text) for line in kept), default=0.0)
    found: list[Block] = []
    paragraph: list[Line] = []
    for line in kept:
        level = levels.get(_rounded(line)) if _is_large(line, body) else None
        if paragraph and (level or _begins(paragraph[-1], line, longest)):
            found.append(_text(paragraph))
            paragraph = []
        if not level:
            paragraph.append(line)
        elif found and isinstance(found[-1], Heading) and found[-1].level == level and _continues(found[-1].text):
            found[-1] = Heading(one_line(f"{found[-1].text}\n{line.text}"), level)
        else:
            found.append(Heading(line.text, level))
    return [*found, _text(paragraph)] if paragraph else found


def _without_repeated(lines: Sequence[Line]) -> list[Line]:
    """Without the first and last lines that most pages share: running titles and page numbers."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    if len(pages) < _FEWEST_PAGES:
        return list(lines)
    edges = {id(line) for page in pages.values() for line in (*page[:_EDGE], *page[-_EDGE:])}
    shared = Counter(key for page in pages.values() for key in {_key(one) for one in (*page[:_EDGE], *page[-_EDGE:])})
    often = {key for key, number in shared.items() if number >= _REPEATED * len(pages)}
    return [line for line in lines if id(line) not in edges or _key(line) not in often]


def _key(line: Line) -> str:
    return _DIGITS.sub("0", line.text)


def _body_size(lines: Sequence[Line]) -> float:
    """The size that most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[_rounded(line)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _rounded(line: Line) -> float:
    return round(line.size * 2) / 2


def _is_large(line: Line, body: float) -> bool:
    return body > 0 and _rounded(line) >= _LARGER * body and len(line.text) <= _LONGEST_HEADING


def _continues(heading: str) -> bool:
    return not _ENDS.search(heading) and measure(heading) > 10


def _begins(before: Line, line: Line, longest: float) -> bool:
    """Whether a line begins a paragraph."""
    ended = bool(_ENDS.search(before.text))
    if _ITEM.match(line.text) or marked(line.text):
        return True
    if before.page != line.page:
        return ended
    if before.height - line.height > _GAP * max(before.size, line.size):
        return True
    return ended and measure(before.text) < _FULL * longest


def _text(lines: Sequence[Line]) -> Text:
    return Text(one_line("\n".join(line.text for line in lines)))
