"""The shipped rules of advertising and the laws they rest on, read once per process from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import re2

from assistant.moderation.advertising.prizes import Draws
from assistant.types.advertising import Advertising, Category, Law

_KEYS: Final = {
    "id", "score", "weight", "laws", "not_for", "patterns", "unless", "before", "after", "around", "define", "instead", "advice", "blank",
    "limit", "draw", "goods",
}  # fmt: skip
PROHIBITED: Final = "prohibited"
_WHOLE: Final = frozenset({"", "clause", "sentence"})
_FITS: Final = frozenset({"", "attributive", "predicative", "alone", "phrase", "priced"})
_BRACKETS: Final = re.compile(r"\[[^\]]*\]")
_WIDTHS: Final = str.maketrans({"，": "，,", "！": "！!", "？": "？?", "；": "；;", "：": "：:"})


@dataclass(frozen=True, slots=True)
class Instead:
    """``find`` is looked for in the words that were found; ``say`` is put in their place, by language, with what the named groups of
    ``find`` caught in ``{braces}``; in that of everything to the end of the sentence too where ``whole`` is ``clause``, which begins with
    the clause, or ``sentence``. ``fits`` says where it may stand: ``attributive`` before 的 and a noun, ``predicative`` after 是 at the end
    of a clause, ``alone`` as a clause, ``phrase`` anywhere but before 的,
    ``priced`` before an amount; empty, anywhere."""

    find: re.Pattern[str]
    say: Mapping[str, str]
    whole: str = ""
    fits: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """``weight`` is ``prohibited``, or ``doubtful`` where facts decide that a text does not show. ``patterns`` and ``unless`` are RE2's;
    ``before``, ``after`` and ``around`` are only ever searched in a few dozen characters beside what was found. ``blank`` says what may
    be written where nothing is left, by language; ``draws`` finds prizes beyond a limit."""

    id: str
    score: float
    weight: str
    laws: tuple[Law, ...]
    not_for: frozenset[Category]
    patterns: tuple[Any, ...]
    unless: tuple[Any, ...]
    before: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    around: re.Pattern[str] | None
    instead: tuple[Instead, ...]
    advice: Mapping[str, str]
    blank: Mapping[str, str]
    draws: Draws | None = None

    def rests_on(self, where: Advertising) -> tuple[Law, ...]:
        """The laws that hold for this advertisement; where none does, the rule does not either."""
        return () if where.category in self.not_for else tuple(law for law in self.laws if law.holds(where))


@cache
def load_laws() -> Mapping[str, Law]:
    document = tomllib.loads((files(__package__) / "laws.toml").read_text("utf-8"))
    checked, compared = document["checked"].isoformat(), set(document["compared"])
    return {
        name: _law(name, entry, checked, compared=name in compared)
        for name, entry in document.items()
        if isinstance(entry, dict)
    }


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every shipped rule, in the order of the files' names. ValueError for a wrong file; the tests read them all."""
    folder = files(__package__) / "rules"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_rule(tomllib.loads((folder / name).read_text("utf-8")), name) for name in names)


@cache
def rule_of(name: str) -> Rule | None:
    return next((rule for rule in load_rules() if rule.id == name), None)


def _law(name: str, entry: Mapping[str, Any], checked: str, *, compared: bool) -> Law:
    return Law(
        id=name,
        jurisdiction=entry["jurisdiction"],
        law=entry["law"],
        article=entry["article"],
        checked=str(entry.get("checked", checked)),
        compared=compared,
        categories=tuple(map(Category, entry.get("categories", ()))),
        platform=entry.get("platform"),
    )


def _rule(entry: Mapping[str, Any], name: str) -> Rule:
    if unknown := entry.keys() - _KEYS:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    words = entry.get("define", {})
    return Rule(
        id=entry["id"],
        score=entry["score"],
        weight=entry["weight"],
        laws=tuple(load_laws()[law] for law in entry["laws"]),
        not_for=frozenset(map(Category, entry.get("not_for", ()))),
        patterns=tuple(re2.compile(_filled(pattern, words)) for pattern in entry["patterns"]),
        unless=tuple(re2.compile(_filled(pattern, words)) for pattern in entry.get("unless", ())),
        before=tuple(re.compile(_filled(pattern, words)) for pattern in entry.get("before", ())),
        after=tuple(re.compile(_filled(pattern, words)) for pattern in entry.get("after", ())),
        around=re.compile(_filled(entry["around"], words)) if "around" in entry else None,
        instead=tuple(_instead(one, name) for one in entry.get("instead", ())),
        advice=entry["advice"],
        blank=entry["blank"],
        draws=_draws(entry, words),
    )


def _instead(entry: Mapping[str, str], name: str) -> Instead:
    say = {language: words for language, words in entry.items() if language not in {"find", "whole", "fits"}}
    whole, fits = entry.get("whole", ""), entry.get("fits", "")
    if whole not in _WHOLE or fits not in _FITS:
        raise ValueError(f"{name}: unknown {whole or fits!r}")
    return Instead(re.compile(entry["find"]), say, whole, fits)


def _draws(entry: Mapping[str, Any], words: Mapping[str, str]) -> Draws | None:
    if "limit" not in entry:
        return None
    draw, goods = (re2.compile(_filled(entry[name], words)) for name in ("draw", "goods"))
    return Draws(float(entry["limit"]), draw, goods)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """Its words put in; a mark inside brackets stands for its narrow form too, which is how the folded text has it."""
    for word, meaning in words.items():
        pattern = pattern.replace(f"{{{word}}}", meaning)
    return _BRACKETS.sub(lambda found: found[0].translate(_WIDTHS), pattern)
