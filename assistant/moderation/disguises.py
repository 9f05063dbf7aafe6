"""The disguises of a term that are cheaper to look for than to undo: further spellings for the keyword automaton.

Han: characters written as the first letter of their reading (操n妈). Latin: vowels or the inside as stars (f*ck, s**t), ``1`` for ``l``,
one letter of a double stretched (asssss).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from assistant.moderation.forms import Written
from assistant.text.phonetic import letters_of

MAX_DISGUISED_CHARS = 24
"""Characters of a term that is looked for with initials or stars; a longer one would have too many, and is known by what stays."""

_MOST_INITIALS = 4
_PLACEHOLDER = re.compile(r"([a-z])\1")
"""XX学校: a letter repeated stands for a name left out, not for two readings."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term, as in the folded or joined texts.

    ``forms`` restrict positions of ``text``; ``signs`` are the positions that must have been written with a sign that stands for ``l``;
    ``stretched`` those that must have been written three times or more.
    """

    text: str
    forms: tuple[Written, ...] = ()
    signs: tuple[int, ...] = ()
    stretched: tuple[int, ...] = ()


def han_disguises(term: str, forms: tuple[Written, ...], *, many_initials: bool) -> Iterator[Spelling]:
    """A folded term of two characters or more with some of them as the first letter of their reading.

    ``many_initials`` allows letters for all characters but one, in a term of two for the second; without it a letter stands for at most
    half of them, and in no term of two.
    """
    if len(term) > MAX_DISGUISED_CHARS:
        return iter(())
    han = [i for i, char in enumerate(term) if letters_of(char)]
    if len(term) == 2:
        han, most = han[1:], int(many_initials)
    elif len(term) <= _MOST_INITIALS:
        most = len(han) - 1 if many_initials else len(han) // 2
    else:
        most = 1
    return _with_initials(term, forms, han, most)


def _with_initials(term: str, forms: tuple[Written, ...], han: list[int], most: int) -> Iterator[Spelling]:
    """The term with one to ``most`` of the characters at ``han`` as the first letter of their reading."""
    for count in range(1, most + 1):
        for chosen in combinations(han, count):
            text = "".join(letters_of(char)[0] if i in chosen else char for i, char in enumerate(term))
            if _PLACEHOLDER.search(text):
                continue
            yield Spelling(text, tuple(form for form in forms if form.position not in chosen))


def latin_disguises(term: str) -> Iterator[Spelling]:
    """For a folded term of ASCII characters."""
    if 3 < len(term) <= MAX_DISGUISED_CHARS and term.isalpha():
        yield from _starred(term)
    ells = [i for i, letter in enumerate(term) if letter == "l"][:3]
    for count in range(1, len(ells) + 1):
        for chosen in combinations(ells, count):
            yield Spelling("".join("i" if i in chosen else c for i, c in enumerate(term)), signs=chosen)
    yield from _stretched(term)


def _starred(term: str) -> Iterator[Spelling]:
    vowels = [i for i in range(1, len(term)) if term[i] in "aeiouy"]
    for i in vowels:
        for sign in "*#@%":
            yield Spelling(term[:i] + sign + term[i + 1 :])
    if len(vowels) > 1:
        yield Spelling("".join("*" if i in vowels else letter for i, letter in enumerate(term)))
    if len(term) in (4, 5):
        yield Spelling(term[0] + "*" * (len(term) - 2) + term[-1])


def _stretched(term: str) -> Iterator[Spelling]:
    """The joined text has one letter where three or more stood; a term's double letter is one there too."""
    doubles = [i for i in range(len(term) - 1) if term[i] == term[i + 1]]
    if not doubles or len(set(term)) < 2:
        return
    for chosen in [doubles] if len(doubles) == 1 else [*([i] for i in doubles), doubles]:
        at = tuple(i - sum(j < i for j in chosen) for i in chosen)
        yield Spelling("".join(c for i, c in enumerate(term) if i not in chosen), stretched=at)
