"""Rules as data: groups of words, and patterns made of them.

A file of ``rules/`` has a ``kind``, ``[words]`` (name = list of small patterns) and ``[[rule]]`` with ``id``, ``any`` (one of these has to
be found) and ``unless`` (none of these). Patterns are RE2, so that no question takes more than linear time. In them ``{name}`` stands for
one word of a group, ``…`` for at most thirty characters of one sentence. They are searched in folded text (lower case, Simplified, narrow
forms) and may be written in either script. A word of Latin letters counts as a whole word only. ``aside`` lists patterns that are taken out
first: goods that are named after an illness. With ``disguised`` the text is searched with separators and leetspeak undone as well.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import re2

from assistant.text import Normalised
from assistant.text.han import fold

MAX_CHARS: Final = 2_000
"""What is read of a question; more is no question."""

_RULES = Path(__file__).parent / "rules"
_GROUP = re.compile(r"\{([a-z_]+)\}")
_GAP = r"[^.!?。！？\n]{0,30}"
_TAKEN_OUT = "□"


@dataclass(frozen=True, slots=True)
class Readings:
    """A question as rules read it: ``folded``, and the ways in which it may be disguised."""

    folded: str
    disguised: tuple[str, ...]

    @staticmethod
    def of(text: str) -> Readings:
        normal = Normalised(text[:MAX_CHARS])
        folded = _tidy(normal.folded.text)
        others = (_tidy(normal.joined.text), _tidy(normal.leet.text))
        return Readings(folded, tuple(dict.fromkeys(other for other in others if other != folded)))


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    found: Any
    unless: Any | None

    def holds(self, text: str) -> bool:
        return self.found.search(text) is not None and (self.unless is None or self.unless.search(text) is None)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one kind, in the order of the file."""

    kind: str
    rules: tuple[Rule, ...]
    aside: Any | None
    disguised: bool

    def first(self, readings: Readings) -> str | None:
        """The id of the first rule that holds."""
        texts = (readings.folded, *readings.disguised) if self.disguised else (readings.folded,)
        if self.aside is not None:
            texts = tuple(self.aside.sub(_TAKEN_OUT, text) for text in texts)
        return next((rule.id for text in texts for rule in self.rules if rule.holds(text)), None)


@cache
def load_rulebook(kind: str) -> Rulebook:
    """The shipped rules of ``kind``, compiled once per process."""
    return read_rulebook(tomllib.loads((_RULES / f"{kind}.toml").read_text("utf-8")))


def read_rulebook(table: Mapping[str, Any]) -> Rulebook:
    """KeyError for a group that is not there, ``re2.error`` for a pattern that is none."""
    words = {name: _group(entries) for name, entries in table.get("words", {}).items()}
    rules = tuple(
        Rule(rule["id"], _compile(rule["any"], words), _compile(rule["unless"], words) if "unless" in rule else None)
        for rule in table["rule"]
    )
    aside = _compile(table["aside"], words) if "aside" in table else None
    return Rulebook(table["kind"], rules, aside, table.get("disguised", False))


def folded(text: str) -> str:
    """Lower case, narrow, Simplified, single spaces."""
    return _tidy(Normalised(text[:MAX_CHARS]).folded.text)


def _tidy(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").replace("\u2018", "'").split(" ")).strip()


def _group(entries: Sequence[str]) -> str:
    return "(?:" + "|".join(_whole_word(fold(entry.lower())) for entry in entries) + ")"


def _whole_word(entry: str) -> str:
    return rf"\b(?:{entry})\b" if entry.isascii() and entry[0].isalnum() else entry


def _compile(patterns: Sequence[str], words: Mapping[str, str]) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 32 << 20
    filled = (_GROUP.sub(lambda name: words[name[1]], _lower(pattern)) for pattern in patterns)
    return re2.compile("|".join(f"(?:{pattern})" for pattern in filled).replace("…", _GAP), options)


def _lower(pattern: str) -> str:
    """Folded, but for escapes such as ``\\S``."""
    return fold(
        re.sub(r"\\p?[A-Z]|[A-Z]", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), pattern)
    )
