"""The characters that a term may be written with.

One Simplified character can stand for several Traditional ones (干: 乾, 幹, 干), so a match of folded texts is not yet a match of terms.
OpenCC converts a term as a phrase; only the characters of its conversion, their regional variants, and those of the term itself count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from assistant.text.han import AMBIGUOUS, HANS_ONLY, VARIANTS, fold, has_traditional
from assistant.types import TermScript


@dataclass(frozen=True, slots=True)
class Written:
    """What may stand at ``position`` of a term: ``sure`` anywhere, ``simplified`` too where the text may be Simplified."""

    position: int
    sure: frozenset[str]
    simplified: frozenset[str] = frozenset()


def written_forms(terms: Sequence[str], script: TermScript) -> list[tuple[Written, ...]]:
    """For each term (as in the view ``plain``) the positions that restrict what it may be written with."""
    if script is TermScript.HANS:
        return [tuple(_only_simplified(term)) for term in terms]
    concerned = [term for term in terms if script is TermScript.HANT or any(char in AMBIGUOUS for char in fold(term))]
    forms = {
        term: tuple(_traditional(term, converted, only=script is TermScript.HANT))
        for term, converted in zip(concerned, _to_traditional(concerned), strict=True)
    }
    return [forms.get(term, ()) for term in terms]


def _only_simplified(term: str) -> list[Written]:
    return [Written(i, frozenset(char)) for i, char in enumerate(fold(term)) if has_traditional(char)]


def _traditional(term: str, converted: str, *, only: bool) -> list[Written]:
    written = []
    for i, (char, folded) in enumerate(zip(term, fold(term), strict=True)):
        if folded not in AMBIGUOUS and not (only and has_traditional(folded)):
            continue
        traditional = converted[i] if char == folded else char
        sure = frozenset((char, traditional, *VARIANTS.get(traditional, "")))
        if only:
            written.append(Written(i, (sure - HANS_ONLY) or sure))
        else:
            written.append(Written(i, sure, frozenset({folded}) - sure))
    return written


def _to_traditional(terms: Sequence[str]) -> list[str]:
    """Each term converted as a phrase of its own, or as it is where its length changes."""
    if not terms:
        return []
    text = "\n".join(term.replace("\n", " ") for term in terms).encode("utf-8", "replace").decode("utf-8")
    converted = _converter().convert(text).split("\n")
    return [new if len(new) == len(old) else old for old, new in zip(terms, converted, strict=True)]


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")
