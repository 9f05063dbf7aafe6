"""Whether a match of folded texts is a match of what was written: word edges, separators, characters, innocent phrases."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.moderation.disguises import Spelling
from assistant.moderation.forms import Written
from assistant.moderation.homophones import is_disguise, sound_match
from assistant.moderation.separators import hold_together
from assistant.moderation.terms import Entry, Phrases, Term
from assistant.text import Normalised
from assistant.text.han import HANS_ONLY, HANT_ONLY
from assistant.text.layer import Layer
from assistant.text.lazy import Lazy
from assistant.text.ordinary import is_ordinary
from assistant.types import TermScript

_SIGNS_FOR_L = frozenset("1!|")
_STRETCH = 3
_FIRST_HAN_OR_HANGUL = "\u1100"
_FEWEST_INSIDE = 4
"""Letters of a Latin term that may stand at the start or end of a longer word written apart (f u c k y o u)."""


class Reading:
    """One text while matches in it are judged."""

    def __init__(self, text: Normalised) -> None:
        self._plain = text.plain.text
        self._folded = text.folded.text

    @Lazy
    def _traditional(self) -> bool:
        return not HANT_ONLY.isdisjoint(self._plain)

    def holds(self, entry: Entry, layer: Layer, start: int, end: int, *, before_leet: str | None = None) -> bool:
        """Judge a spelling at ``layer.text[start:end]``; ``before_leet`` is the text of a leet layer with its signs."""
        spelling, term = entry.spelling, entry.term
        if layer.starts is not None and before_leet is None and not self._is_new(term, layer, start, end):
            return False
        if (spelling.signs or spelling.stretched) and not _as_required(spelling, layer, start, before_leet):
            return False
        if not _whole_word(layer, start, end):
            return False
        if not term.latin and not self._is_one_piece(entry, layer, start, end):
            return False
        if spelling.forms and not self._written_so(spelling, layer, start):
            return False
        return entry.disguised or not _inside(layer.text, start, term.innocent)

    def _is_one_piece(self, entry: Entry, layer: Layer, start: int, end: int) -> bool:
        """Whether the characters of a Han term belong to one another, and not to what stands outside."""
        if entry.disguised and (_beside_digit(layer.text, start, end) or _stretched_letter(layer, start, end)):
            return False
        return layer.starts is None or (self._together(layer, start, end) and not self._is_borrowed(layer, start, end))

    def _is_borrowed(self, layer: Layer, start: int, end: int) -> bool:
        """Whether a part of a merged character is a word with its neighbour outside (干 of 女干 in 美女干部)."""
        first, last = layer.span(start, end)
        before, after = self._folded[first - 1 : first], self._folded[last : last + 1]
        return (layer.text[start] != self._folded[first] and is_ordinary(before, self._folded[first])) or (
            layer.text[end - 1] != self._folded[last - 1] and is_ordinary(self._folded[last - 1], after)
        )

    def _is_new(self, term: Term, layer: Layer, start: int, end: int) -> bool:
        """Whether something was taken out here; what stands unchanged was found in the folded text."""
        first, last = layer.span(start, end)
        return term.rule.evasive and last - first > end - start

    def sounds_like(self, term: Term, layer: Layer, start: int, end: int) -> bool:
        """Judge a term at ``layer.text[start:end]``, a layer of syllables."""
        first, last = layer.span(start, end)
        if not self._in_script(term, first, last) or _inside(layer.text, start, term.innocent_sounds):
            return False
        match = sound_match(term.folded, layer, self._folded, start, end)
        return is_disguise(match) and (not match.apart or self._together(layer, start, end, lenient=match.spelled > 0))

    def _in_script(self, term: Term, first: int, last: int) -> bool:
        written = self._plain[first:last]
        if term.rule.script is TermScript.HANS:
            return HANT_ONLY.isdisjoint(written)
        return term.rule.script is not TermScript.HANT or HANS_ONLY.isdisjoint(written)

    def _together(self, layer: Layer, start: int, end: int, *, lenient: bool = False) -> bool:
        gaps = self._gaps(layer, start, end)
        if not gaps:
            return True
        first, last = layer.span(start, end)
        starts_word = lenient or not self._plain[first - 1 : first].isalnum()
        ends_word = lenient or not self._plain[last : last + 1].isalnum()
        return hold_together(gaps, end - start, starts_word=starts_word, ends_word=ends_word)

    def _gaps(self, layer: Layer, start: int, end: int) -> Sequence[str]:
        if layer.starts is None or layer.ends is None:
            return ()
        bounds = zip(layer.ends[start : end - 1], layer.starts[start + 1 : end], strict=True)
        return [self._plain[left:right] for left, right in bounds if left < right]

    def _written_so(self, spelling: Spelling, layer: Layer, start: int) -> bool:
        return all(self._may_mean(form, layer, start, len(spelling.text)) for form in spelling.forms)

    def _may_mean(self, form: Written, layer: Layer, start: int, length: int) -> bool:
        """Whether the character at the form may mean the term's; one put together from its parts does."""
        at = layer.span(start + form.position, start + form.position + 1)[0]
        if layer.text[start + form.position] != self._folded[at]:
            return True
        char = self._plain[at]
        return char in form.sure or (char in form.simplified and (length > 2 or not self._traditional))


def _as_required(spelling: Spelling, layer: Layer, start: int, before_leet: str | None) -> bool:
    """Signs where the spelling reads a sign, stretches where it reads a stretch."""
    if spelling.signs and (
        before_leet is None or any(before_leet[start + i] not in _SIGNS_FOR_L for i in spelling.signs)
    ):
        return False
    widths = (layer.span(start + i, start + i + 1) for i in spelling.stretched)
    return all(last - first >= _STRETCH for first, last in widths)


def _beside_digit(text: str, start: int, end: int) -> bool:
    """Whether a letter that stands for a character is part of something like 65nm."""
    return (text[start].isascii() and text[start - 1 : start].isdigit()) or (
        text[end - 1].isascii() and text[end : end + 1].isdigit()
    )


def _stretched_letter(layer: Layer, start: int, end: int) -> bool:
    """Whether a letter stands for several of itself (xxx大厦): a name left out."""
    if layer.starts is None or layer.ends is None:
        return False
    return any(layer.ends[i] - layer.starts[i] > 1 for i in range(start, end) if layer.text[i].isascii())


def _whole_word(layer: Layer, start: int, end: int) -> bool:
    """Letters do not go on outside the match, nor digits, except across a separator on one side of a longer term."""
    text, cuts = layer.text, 0
    for inner, step in ((start, -1), (end - 1, 1)):
        outer = inner + step
        if not 0 <= outer < len(text) or not _goes_on(text, inner, step, short=end - start < _FEWEST_INSIDE):
            continue
        low, high = min(inner, outer), max(inner, outer)
        if layer.starts is None or layer.ends is None or layer.ends[low] == layer.starts[high]:
            return False
        cuts += 1
    return cuts == 0 or (cuts == 1 and end - start >= _FEWEST_INSIDE)


def _goes_on(text: str, inner: int, step: int, *, short: bool) -> bool:
    """Whether the word or number at ``inner`` goes on in the direction ``step``; a short word also across a digit (ass1st)."""
    here, outer = text[inner], text[inner + step]
    if here.isdigit():
        return outer.isdigit()
    if not here.isalpha() or here >= _FIRST_HAN_OR_HANGUL:
        return False
    if short and outer.isdigit() and 0 <= inner + 2 * step < len(text):
        outer = text[inner + 2 * step]
    return outer.isalpha() and outer < _FIRST_HAN_OR_HANGUL


def _inside(text: str, start: int, phrases: Phrases) -> bool:
    return any(
        offset <= start and text[start - offset : start - offset + length] in those for offset, length, those in phrases
    )
