"""Keyword lists, found in a text and in its disguises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from assistant.moderation.matching import Reading
from assistant.moderation.terms import Entry, Term, compile_terms
from assistant.text import Normalised
from assistant.text.layer import Layer
from assistant.types import Finding, TermList

_Match = tuple[Term, int, int]
"""A term and a span of the view ``plain``."""

_SHORT = 3


class Lexicon:
    """Compiled once, read by any number of threads.

    A term of Latin letters is found as a whole word only. Lists with ``evasive`` are also found taken apart by separators, in leetspeak, by
    their sound, in pinyin or bopomofo, with initials and with split characters. Of overlapping matches of one list the longest counts.
    """

    def __init__(self, lists: Sequence[TermList]) -> None:
        self._written, self._sounds = compile_terms(lists)

    def find(self, text: Normalised) -> list[Finding]:
        """The findings in the order of their start; spans count code points of the original."""
        if self._written is None:
            return []
        matches = self._find(text)
        if not matches:
            return []
        found = []
        for term, start, end in _longest(matches):
            first, last = text.plain.span(start, end)
            found.append(Finding(term.rule.label, term.rule.score, first, last, f"rule:{term.rule.id}"))
        return found

    def _find(self, text: Normalised) -> list[_Match]:
        reading = Reading(text)
        found = list(self._find_spelled(reading, text))
        if self._sounds is not None:
            known = {(term.rule.id, start, end) for term, start, end in found}
            found += self._find_sounds(reading, text.pinyin_layer, known)
        return found

    def _find_spelled(self, reading: Reading, text: Normalised) -> Iterator[_Match]:
        yield from self._find_written(reading, Layer(text.folded.text))
        joined = text.joined_layer
        if joined.starts is not None:
            yield from self._find_written(reading, joined)
        leet = text.leet_layer
        if leet.text != joined.text:
            yield from self._find_leet(reading, leet, joined.text)
        if text.merged_layer is not None:
            yield from self._find_written(reading, text.merged_layer)

    def _find_written(self, reading: Reading, layer: Layer) -> Iterator[_Match]:
        for last, entries in self._written.iter(layer.text):
            for entry in entries:
                start = last + 1 - len(entry.spelling.text)
                if reading.holds(entry, layer, start, last + 1):
                    yield entry.term, *layer.span(start, last + 1)

    def _find_leet(self, reading: Reading, leet: Layer, joined: str) -> Iterator[_Match]:
        for last, entries in self._written.iter(leet.text):
            for entry in entries:
                start = last + 1 - len(entry.spelling.text)
                if not entry.term.latin or not entry.term.rule.evasive or not _is_leet(joined[start : last + 1], entry):
                    continue
                if reading.holds(entry, leet, start, last + 1, before_leet=joined):
                    yield entry.term, *leet.span(start, last + 1)

    def _find_sounds(self, reading: Reading, layer: Layer, known: Set[tuple[str, int, int]]) -> Iterator[_Match]:
        """What is not ``known`` already: list and span."""
        for last, terms in self._sounds.iter(layer.text):
            for term in terms:
                start = last + 1 - len(term.folded)
                span = layer.span(start, last + 1)
                if (term.rule.id, *span) not in known and reading.sounds_like(term, layer, start, last + 1):
                    yield term, *span


def _is_leet(written: str, entry: Entry) -> bool:
    """Signs and letters mixed; in terms of three letters at most one sign."""
    signs = sum(a != b for a, b in zip(written, entry.spelling.text, strict=True))
    letters = sum(map(str.isalpha, written))
    return signs > 0 and letters > 0 and (signs == 1 or len(written) > _SHORT)


def _longest(matches: Iterable[_Match]) -> list[_Match]:
    """Of overlapping matches of one list the longest, the earlier one of two as long."""
    kept: dict[str, list[_Match]] = {}
    for match in sorted(matches, key=lambda match: (match[1], -match[2])):
        of_list = kept.setdefault(match[0].rule.id, [])
        if not of_list or of_list[-1][2] <= match[1]:
            of_list.append(match)
        elif match[2] - match[1] > of_list[-1][2] - of_list[-1][1]:
            of_list[-1] = match
    return sorted((match for of_list in kept.values() for match in of_list), key=lambda match: match[1:])
