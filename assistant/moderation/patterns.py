"""A community's own regular expressions, on RE2: linear time whatever the pattern and the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from assistant.errors import InvalidPolicy
from assistant.moderation.floods import MAX_FINDINGS
from assistant.text import Normalised, View
from assistant.types import Finding, Pattern
from assistant.types.policy import MAX_PATTERN_CHARS, MAX_PATTERNS

MAX_MEM = 4 << 20
"""Bytes that one compiled pattern and its automaton may take."""
_CASED = re.compile(r"(?<!\\)(?:\\\\)*\(\?[imsU]*-[msU]*i[imsU]*[:)]")
"""A group of flags that makes case count again."""
_NO_CHARACTER = re.compile(r"(?:\(\?[imsU-]*[:)]|\(\?P?<\w+>|[()|^$*+?]|\\[bBAz]|\{\d+(?:,\d*)?\})*+")
_SINGLE_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")


@dataclass(frozen=True, slots=True)
class _Compiled:
    pattern: Pattern
    regex: Any
    cased: bool


class Patterns:
    """Patterns are searched without regard to case, in the text as written and in its ``plain`` view (width, invisible characters
    and look-alikes undone). A pattern in which case counts anywhere, by ``(?-i)`` or ``(?-i:...)``, is searched in the written text only.
    RE2's ``\\w`` is ASCII; Chinese characters are ``\\p{Han}``.

    Raises:
        InvalidPolicy: a pattern does not compile, or a limit on their number, length or memory is passed; ``field`` names it.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        if len(patterns) > MAX_PATTERNS:
            raise InvalidPolicy(
                field="patterns", limit=MAX_PATTERNS, problem=f"{len(patterns)} patterns, at most {MAX_PATTERNS}"
            )
        self._compiled = tuple(_compile(pattern) for pattern in patterns)

    def find(self, text: Normalised) -> list[Finding]:
        """The matches of every pattern, in the order of the patterns; empty matches do not count.

        Each match is a linear search, so their number is bounded: the one after ``MAX_FINDINGS`` of a pattern reaches to the end of the
        text.
        """
        if not self._compiled:
            return []
        views = [View("original", text.original)]
        if text.plain.text != text.original:
            views.append(text.plain)
        encoded = [(view, view.text.encode("utf-8", "replace")) for view in views]
        found: dict[Finding, None] = {}
        for compiled in self._compiled:
            for view, data in encoded[:1] if compiled.cased else encoded:
                for start, end in _matches(compiled.regex, data):
                    found[_finding(compiled.pattern, *view.span(start, end))] = None
        return list(found)


def _finding(pattern: Pattern, start: int, end: int) -> Finding:
    return Finding(pattern.label, pattern.score, start, end, f"rule:{pattern.id}")


def _matches(regex: Any, data: bytes) -> Iterator[tuple[int, int]]:
    """Code point offsets of the non-empty matches in UTF-8 ``data``."""
    done, points, count = 0, 0, 0
    for match in regex.finditer(data):
        start, end = match.span()
        if start == end:
            continue
        count += 1
        if count > MAX_FINDINGS:
            end = len(data)
        points += len(data[done:start].decode())
        length = len(data[start:end].decode())
        yield points, points + length
        if count > MAX_FINDINGS:
            return
        done, points = end, points + length


def finds_nothing(pattern: str) -> bool:
    """Whether the pattern holds nothing that matches a character: anchors and groups alone (``^$``, ``\\b``)."""
    return _NO_CHARACTER.fullmatch(pattern) is not None


def _compile(pattern: Pattern) -> _Compiled:
    field = f"patterns.{pattern.id}"
    if len(pattern.pattern) > MAX_PATTERN_CHARS:
        raise InvalidPolicy(field=field, limit=MAX_PATTERN_CHARS, problem=f"over {MAX_PATTERN_CHARS} characters")
    if _SINGLE_BYTE.search(pattern.pattern):
        raise InvalidPolicy("pattern", field=field, problem="\\C would match half a character")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = MAX_MEM
    try:
        return _Compiled(pattern, re2.compile(pattern.pattern, options), _CASED.search(pattern.pattern) is not None)
    except (re2.error, UnicodeEncodeError) as error:
        raise InvalidPolicy("pattern", field=field, problem=_problem(error)) from None


def _problem(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    said = first.decode("utf-8", "replace") if isinstance(first, bytes) else "it is not valid Unicode"
    return f"{said} (RE2 has no back-references and no look-around)"
