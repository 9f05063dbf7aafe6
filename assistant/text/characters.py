"""Single characters as they may be meant: width, case, marks, invisible characters and imitations undone.

Compatibility forms follow NFKC (Unicode Standard Annex 15) character by character, without composition; imitations follow
the Unicode confusables data (Technical Standard 39) as far as they imitate ASCII letters. Characters that become nothing or several
characters cannot keep the map one to one; they are rare and take the slower path of ``plain_view``.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from assistant.text.view import View, replaced

TABLES = Path(__file__).parent / "tables"

_APART = "\uffff"
"""Stands in a translated text for every character that does not become exactly one; a non-character, so never meant."""

_MAX_EXPANSION = 4
"""Longer expansions (U+FDFA has 18) are phrases in one glyph and stay as they are, which bounds a view to four times its text."""

_MAX_REMEMBERED = 60_000
_SPACES = "\t\v\f\u1680\u2800"
_KEPT = dict.fromkeys(_SPACES, " ") | {char: char for char in "\u2025\u2026\u2120\u2122"}
_INVISIBLE = {"\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\u17b5", _APART}
_WHITESPACE_CONTROLS = set("\n\r\x1c\x1d\x1e\x1f\x85")
_LINE_ENDS = {"\u2028", "\u2029", "\x85"}
_MARK_BLOCKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x064B, 0x065F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0x302A, 0x302F),
    (0xFE20, 0xFE2F),
)
_NUMBERED = re.compile(r"\((.{1,2})\)|([0-9]{1,2})[.,]")


def read_table(name: str) -> list[list[str]]:
    """The rows of a tab-separated table that ships with this package."""
    return [line.split("\t") for line in (TABLES / name).read_text(encoding="utf-8").splitlines()]


def _imitations() -> tuple[dict[str, str], dict[str, str]]:
    """Characters that imitate a letter anywhere, and letters of living scripts that do so only among Latin letters."""
    anywhere: dict[str, str] = {}
    among_latin: dict[str, str] = {}
    for letter, chars in read_table("imitations.tsv"):
        (among_latin if letter.endswith("*") else anywhere).update(dict.fromkeys(chars, letter[0]))
    return anywhere, among_latin


_ANYWHERE, _AMONG_LATIN = _imitations()
_KANA = {char: to for to, char in read_table("lookalikes.tsv")}
_FOREIGN = re.compile(r"[\u0370-\u058f\u13a0-\u167f\u2c80-\u2cff\ua4d0-\ua4f7\uab70-\uabbf\U00010400-\U000104ff]")
_WORD = re.compile(r"[^\W\d_\u2e80-\u9fff]+")
_ANY_KANA = re.compile(r"[\u3041-\u30fa\u30fc]")


def _is_mark(code: int) -> bool:
    return any(first <= code <= last for first, last in _MARK_BLOCKS)


def _numeric(char: str) -> str | None:
    """A digit of any script, or a circled or otherwise set number without compatibility form, as ASCII digits."""
    value = unicodedata.decimal(char, None)
    if value is None and unicodedata.normalize("NFKC", char) == char:
        number = unicodedata.numeric(char)
        value = int(number) if number.is_integer() and 0 <= number < 100 else None
    return None if value is None else str(value)


def _meant(char: str) -> str:
    """What one character may be meant as: mostly one character, sometimes none, at most four."""
    if char in _KEPT:
        return _KEPT[char]
    code, category = ord(char), unicodedata.category(char)
    if category == "Cc":
        return ("\n" if char in _LINE_ENDS else char) if char in _WHITESPACE_CONTROLS else ""
    if (
        category == "Cf"
        or char in _INVISIBLE
        or _is_mark(code)
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
    ):
        return ""
    if category == "Zs":
        return " "
    if char in _LINE_ENDS:
        return "\n"
    if category in {"Nd", "No"} and (digits := _numeric(char)) is not None:
        return digits
    return _compatible(char)


def _compatible(char: str) -> str:
    if char in _ANYWHERE:
        return _ANYWHERE[char]
    expanded = unicodedata.normalize("NFKC", char)
    if numbered := _NUMBERED.fullmatch(expanded):
        expanded = numbered[1] or numbered[2]
    letters = "".join(_bare(c) for c in expanded).lower()
    letters = "".join(_ANYWHERE.get(c, c) for c in letters if not _is_mark(ord(c)))
    return char if len(letters) > _MAX_EXPANSION else letters


def _bare(char: str) -> str:
    """A Latin, Greek or Cyrillic letter without its diacritics."""
    return unicodedata.normalize("NFKD", char) if char < "\u0590" or "\u1e00" <= char < "\u2000" else char


class _Meanings(dict[str, str]):
    """What characters become, each worked out once, within a bound on what is remembered."""

    def __missing__(self, char: str) -> str:
        meant = _meant(char)
        if len(self) < _MAX_REMEMBERED:
            self[char] = meant
        return meant


class _Plain(dict[int, str]):
    """The same for ``str.translate``: the characters that do not become exactly one become ``_APART``."""

    def __missing__(self, code: int) -> str:
        meant = _MEANINGS[chr(code)]
        if len(meant) != 1:
            meant = _APART
        if len(self) < _MAX_REMEMBERED:
            self[code] = meant
        return meant


_MEANINGS = _Meanings()
_PLAIN = _Plain()
_RUN_APART = re.compile(f"{_APART}+")


def plain_view(original: str) -> View:
    """The view ``plain``: lower case, no invisible characters, imitations as what they imitate; separators and Traditional kept."""
    text = original.translate(_PLAIN)
    if _APART not in text:
        return View("plain", _in_context(text))
    apart = (
        (index, index + 1, _MEANINGS[original[index]])
        for run in _RUN_APART.finditer(text)
        for index in range(run.start(), run.end())
    )
    meant, starts, ends = replaced(text, apart)
    return View("plain", _in_context(meant), starts, ends)


def _in_context(text: str) -> str:
    """Greek, Cyrillic and other letters as the Latin letters they imitate, kana as the Han characters, where they imitate.

    A word that holds a letter without a Latin twin, and no Latin letter, is a word of its own language; so is kana where not all of it
    imitates.
    """
    if text.isascii():
        return text
    if _FOREIGN.search(text):
        text = _WORD.sub(_among_latin, text)
    kana = _ANY_KANA.findall(text)
    if kana and all(char in _KANA for char in kana):
        text = text.translate(_KANA_TABLE)
    return text


_KANA_TABLE = str.maketrans(_KANA)
_LATIN = re.compile("[a-z]")


def _among_latin(word: re.Match[str]) -> str:
    text = word[0]
    if text.isascii():
        return text
    latin = "".join(_AMONG_LATIN.get(char, char) for char in text)
    return latin if latin.isascii() or _LATIN.search(text) else text
