"""The layer ``pinyin``: one private-use character per syllable, without tones.

A Han character becomes the syllable of its usual reading; a Latin or bopomofo word that is pinyin from end to end becomes its syllables,
unless it is an English word of two syllables or more (human, china). Separators between syllables fall away where one of the two was
spelled out. What is no syllable stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import compress, pairwise

from assistant.text.characters import TABLES, read_table
from assistant.text.joining import GAP
from assistant.text.layer import Layer
from assistant.text.view import replaced

_FIRST = 0xE000
_LAST = 0xE1FF
_LONGEST_SPELLING = 6
_LONGEST_WORD = 200
_NEVER = 1_000
_WORDS = re.compile("[a-z]+|[\u3105-\u312f]+(?:[\u02ca\u02c7\u02cb]+[\u3105-\u312f]*)*")
_BETWEEN_TONES = re.compile("([^\u02ca\u02c7\u02cb]+)[\u02ca\u02c7\u02cb]?")
_GAP = re.compile(rf"(?<=[\ue000-\ue1ff])(?:{GAP}(?<![\ue000-\ue1ff]))++(?=[\ue000-\ue1ff])")
_SPELLED = re.compile("[a-z\u3105-\u312f]")


@cache
def syllables() -> dict[str, str]:
    """Syllable -> its private-use character."""
    return {row[0]: chr(_FIRST + index) for index, row in enumerate(read_table("pinyin.tsv"))}


@cache
def _readings() -> dict[int, str]:
    """Table for ``str.translate``: Han character -> syllable; private-use characters of the text itself -> U+FFFD."""
    table = dict.fromkeys(range(_FIRST, _LAST + 1), "\ufffd")
    for syllable, _, chars in read_table("pinyin.tsv"):
        table.update(dict.fromkeys(map(ord, chars), syllables()[syllable]))
    return table


@cache
def other_readings() -> dict[str, str]:
    """Character -> private-use characters of its less usual readings."""
    return {char: "".join(syllables()[s] for s in others.split()) for char, others in read_table("readings.tsv")}


@cache
def _letters() -> dict[str, str]:
    return {char: syllable for syllable, _, chars in read_table("pinyin.tsv") for char in chars}


def letters_of(char: str) -> str:
    """The usual reading of a Simplified character in letters; empty for anything else."""
    return _letters().get(char, "")


@cache
def _spellings() -> dict[str, str]:
    """Spelling in pinyin or bopomofo -> private-use character. Single letters are not taken for syllables."""
    spellings = {syllable: char for syllable, char in syllables().items() if len(syllable) > 1 and syllable != "hm"}
    for syllable, bopomofo, _ in read_table("pinyin.tsv"):
        if bopomofo:
            spellings.setdefault(bopomofo, syllables()[syllable])
    for old, new in (("lue", "lve"), ("nue", "nve")):
        spellings[old] = syllables()[new]
    return spellings


@cache
def english_words() -> frozenset[str]:
    """English words that read as pinyin from end to end."""
    return frozenset((TABLES / "english.txt").read_text(encoding="utf-8").split())


@cache
def place_names() -> frozenset[str]:
    """Names in pinyin that English texts hold: places, and what was named after them."""
    return frozenset((TABLES / "place_names.txt").read_text(encoding="utf-8").split())


def read_aloud(folded: str) -> str:
    """Each Simplified character as the syllable of its usual reading; the length does not change."""
    return folded.translate(_readings())


@lru_cache(maxsize=8192)
def spelled(word: str) -> tuple[tuple[str, int, int], ...]:
    """The syllables of a word as ``(character, start, end)``; empty where the word is not pinyin or is English."""
    found = _segment(word)
    return () if len(found) > 1 and word in english_words() else found


def _segment(word: str) -> tuple[tuple[str, int, int], ...]:
    """The division into the fewest syllables, the earlier ones longest; empty where there is none."""
    if len(word) > _LONGEST_WORD:
        return ()
    spellings = _spellings()
    count = [0] * (len(word) + 1)
    step = [0] * len(word)
    for start in range(len(word) - 1, -1, -1):
        count[start] = _NEVER
        for length in range(min(_LONGEST_SPELLING, len(word) - start), 0, -1):
            if count[start + length] + 1 < count[start] and word[start : start + length] in spellings:
                count[start], step[start] = count[start + length] + 1, length
    if count[0] >= _NEVER:
        return ()
    bounds = [0]
    while bounds[-1] < len(word):
        bounds.append(bounds[-1] + step[bounds[-1]])
    return tuple((spellings[word[start:end]], start, end) for start, end in pairwise(bounds))


def sound(joined: Layer) -> Layer:
    """The layer over ``joined``; linear in its length."""
    text = read_aloud(joined.text)
    if not _SPELLED.search(text):
        return Layer(text, joined.starts, joined.ends)
    return _close_gaps(*replaced(text, _syllables(text)), joined)


def _syllables(text: str) -> Iterator[tuple[int, int, str]]:
    for word in _WORDS.finditer(text):
        for char, start, end in _syllables_of(word[0], word.start()):
            yield start, end, char


def _syllables_of(word: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """The syllables of a Latin word, or of a bopomofo word in which tone marks end syllables."""
    if word.isascii():
        for char, start, end in spelled(word):
            yield char, offset + start, offset + end
        return
    for piece in _BETWEEN_TONES.finditer(word):
        for char, start, end in spelled(piece[1]):
            yield (
                char,
                offset + piece.start() + start,
                offset + (piece.end() if end == len(piece[1]) else piece.start() + end),
            )


def _close_gaps(text: str, starts: list[int], ends: list[int], joined: Layer) -> Layer:
    if _GAP.search(text):
        keep = bytearray(b"\x01") * len(text)
        for gap in _GAP.finditer(text):
            keep[gap.start() : gap.end()] = bytes(gap.end() - gap.start())
        text = "".join(compress(text, keep))
        starts, ends = list(compress(starts, keep)), list(compress(ends, keep))
    return joined.above(text, starts, ends)
