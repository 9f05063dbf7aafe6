"""Keyword lists compiled: every term with its forms, its disguises and the phrases inside which it is innocent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import ahocorasick

from assistant.moderation.disguises import Spelling, han_disguises, latin_disguises
from assistant.moderation.forms import written_forms
from assistant.text import Normalised
from assistant.text.phonetic import letters_of, other_readings, read_aloud
from assistant.types import Label, TermList, TermScript

MAX_DISGUISE_CHARS = 500_000
"""Characters of all the disguises that one set of lists looks for; the shipped lists have 200,000. Terms beyond are found as written and
by their sound."""

_MOST_SYLLABLES = 8
_MOST_READINGS = 8
_MANY_INITIALS = {Label.PROFANITY, Label.HARASSMENT, Label.HATE, Label.SEXUAL}
"""Labels of which terms are commonly written with letters for all characters but one (傻b); elsewhere that is often chance (维c)."""


Phrases = tuple[tuple[int, int, frozenset[str]], ...]
"""Phrases around a term by its offset in them and their length; looked up, not compared one by one, however many there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """``folded`` is the term as in the view of that name; inside ``innocent`` phrases it is not meant, nor is what only sounds like it
    inside a phrase of its list that sounds like one of ``innocent_sounds``."""

    rule: TermList
    folded: str
    innocent: Phrases = ()
    innocent_sounds: Phrases = ()

    @property
    def latin(self) -> bool:
        return self.folded.isascii()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One spelling of a term in the automaton; ``disguised`` when it is not the term itself."""

    term: Term
    spelling: Spelling
    disguised: bool


def compile_terms(lists: Sequence[TermList]) -> tuple[Any, Any]:
    """The automata over the folded texts and over the sounds; ``None`` where there is nothing to look for.

    Their values are tuples of ``Entry`` and of ``Term``.
    """
    written: defaultdict[str, list[Entry]] = defaultdict(list)
    sounds: defaultdict[str, list[Term]] = defaultdict(list)
    room = MAX_DISGUISE_CHARS
    for rule in lists:
        for term, forms in _terms(rule):
            exact = Spelling(term.folded, forms)
            written[exact.text].append(Entry(term, exact, disguised=False))
            if rule.evasive:
                for spelling in _disguises(term, exact) if room > 0 else ():
                    written[spelling.text].append(Entry(term, spelling, disguised=True))
                    room -= len(spelling.text)
                for sound in _sounds(term):
                    sounds[sound].append(term)
    return automaton(written), automaton(sounds)


def automaton(entries: dict[str, list[Any]]) -> Any:
    if not entries:
        return None
    built = ahocorasick.Automaton()
    for text, values in entries.items():
        built.add_word(text, tuple(values))
    built.make_automaton()
    return built


def _terms(rule: TermList) -> Iterator[tuple[Term, tuple[Any, ...]]]:
    texts = [
        text for text in map(Normalised, dict.fromkeys(term.strip() for term in rule.terms)) if not _is_blank(text)
    ]
    forms = written_forms([text.plain.text for text in texts], rule.script)
    terms = {text.folded.text for text in texts}
    unless = [Normalised(phrase).folded.text for phrase in dict.fromkeys(rule.unless)]
    innocent = _innocent(terms, unless)
    sounding = (
        _innocent({read_aloud(term) for term in terms}, [read_aloud(phrase) for phrase in unless])
        if rule.evasive
        else {}
    )
    seen: set[tuple[str, Any]] = set()
    for text, form in zip(texts, forms, strict=True):
        folded = text.folded.text
        if (folded, form) in seen or not _fits(text, rule.script):
            continue
        seen.add((folded, form))
        spoken = sounding.get(read_aloud(folded), ())
        yield Term(rule, folded, _by_place(innocent.get(folded, ())), _by_place(spoken)), form


def _is_blank(text: Normalised) -> bool:
    return not text.folded.text.strip()


def _fits(text: Normalised, script: TermScript) -> bool:
    return script is not TermScript.LATIN or text.folded.text.isascii()


def check_term(term: str, script: TermScript) -> str:
    """``term``. Raises: ValueError: it is looked for nowhere."""
    text = Normalised(term)
    if _is_blank(text):
        raise ValueError("must not be blank")
    if not _fits(text, script):
        raise ValueError("has more than plain Latin letters, so a list with the script latin cannot hold it")
    return term


def idle_phrases(rule: TermList) -> frozenset[str]:
    """Those of ``unless`` that hold none of the list's terms, neither as written nor, if it is ``evasive``, as they sound."""
    terms = {Normalised(term.strip()).folded.text for term in rule.terms} - {""}
    phrases = {phrase: Normalised(phrase).folded.text for phrase in rule.unless}
    written = automaton({term: [term] for term in terms})
    heard = automaton({read_aloud(term): [term] for term in terms if rule.evasive and _is_heard(term)})
    return frozenset(
        phrase for phrase, text in phrases.items() if not (_holds(written, text) or _holds(heard, read_aloud(text)))
    )


def _holds(finder: Any, text: str) -> bool:
    return finder is not None and next(finder.iter(text), None) is not None


def _by_place(phrases: Iterable[tuple[str, int]]) -> Phrases:
    places: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for phrase, offset in phrases:
        places[offset, len(phrase)].add(phrase)
    return tuple((offset, length, frozenset(those)) for (offset, length), those in places.items())


def _innocent(terms: Iterable[str], unless: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Term -> the phrases that hold it, and where; both as folded, or both read aloud."""
    if not unless:
        return {}
    finder = automaton({term: [term] for term in terms})
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for phrase in dict.fromkeys(unless):
        for end, (term,) in finder.iter(phrase) if finder else ():
            found[term].append((phrase, end + 1 - len(term)))
    return found


def _disguises(term: Term, exact: Spelling) -> Iterator[Spelling]:
    if term.latin:
        return latin_disguises(term.folded)
    if len(term.folded) < 2 or term.rule.script is TermScript.LATIN:
        return iter(())
    return han_disguises(term.folded, exact.forms, many_initials=term.rule.label in _MANY_INITIALS)


def _is_heard(folded: str) -> bool:
    return len(folded) <= _MOST_SYLLABLES and sum(1 for char in folded if letters_of(char)) > 1


def _sounds(term: Term) -> Iterator[str]:
    """The term read aloud in every usual way; nothing for terms with fewer than two Han characters or over eight characters."""
    if not _is_heard(term.folded):
        return iter(())
    readings = [read_aloud(char) + other_readings().get(char, "") for char in term.folded]
    return islice(map("".join, product(*readings)), _MOST_READINGS)
