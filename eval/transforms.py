"""Disguises for the obfuscation suite: each rewrites the focus of a text as evaders do, and leaves the rest.

Deterministic: the same text, transform and seed give the same result. A person can still read what comes out.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import opencc
from pypinyin import lazy_pinyin

Random = np.random.Generator
Rewrite = Callable[[str, Random], str]
Span = tuple[int, int]

SEED = 11
_SHARE = 0.6
"""The share of a focus's characters that a partial disguise changes; at least one."""

_WHOLE = {"Traditional", "full-width"}
"""Disguises of a whole text: nobody writes half a sentence in another script."""

_TABLES: Mapping[str, Mapping[str, str]] = tomllib.loads(Path(__file__).with_name("transforms.toml").read_text("utf-8"))
_SYMBOLS = "*._-~|/+"
_EMOJI = "❤🔥✨⭐🌸🎉"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOKEN = re.compile(r"[A-Za-z0-9']+|.", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9]+|[\u4e00-\u9fff]+")


def focus(text: str, twin: str) -> list[Span]:
    """What ``text`` says and ``twin`` does not, by Latin words and Han characters, with one Han neighbour on each side (the rest of the
    word, mostly). The whole text when that is under two letters.
    """
    words = list(_TOKEN.finditer(text))
    blocks = difflib.SequenceMatcher(None, [w[0] for w in words], _TOKEN.findall(twin), autojunk=False).get_opcodes()
    merged: list[Span] = []
    for kind, first, last, _, _ in blocks:
        if kind == "equal" or last == first:
            continue
        start, end = _widen(text, words[first].start(), words[last - 1].end())
        if merged and start <= merged[-1][1]:
            start = merged.pop()[0]
        merged.append((start, end))
    letters = sum(len("".join(_WORD.findall(text[a:b]))) for a, b in merged)
    return merged if letters >= 2 else [(0, len(text))]


def _widen(text: str, start: int, end: int) -> Span:
    if start > 0 and _HAN.match(text[start - 1]) and _HAN.match(text[start]):
        start -= 1
    if end < len(text) and _HAN.match(text[end]) and _HAN.match(text[end - 1]):
        end += 1
    return start, end


def disguise(text: str, spans: list[Span], name: str, seed: int = SEED) -> str:
    """``text`` with ``spans`` rewritten by the transform called ``name``; unchanged where it has nothing to rewrite."""
    rng = np.random.default_rng([seed, zlib.crc32(text.encode()), zlib.crc32(name.encode())])
    pieces, last = [], 0
    for start, end in [(0, len(text))] if name in _WHOLE else spans:
        pieces += [text[last:start], TRANSFORMS[name](text[start:end], rng)]
        last = end
    return "".join([*pieces, text[last:]])


def _swap(change: Callable[[str, Random], str | None], share: float = 1.0) -> Rewrite:
    """Replaces ``share`` of the characters that ``change`` knows, at least one."""

    def rewrite(text: str, rng: Random) -> str:
        swaps = [(i, new) for i, char in enumerate(text) if (new := change(char, rng)) is not None]
        if not swaps:
            return text
        wanted = max(1, round(len(swaps) * share))
        chosen = {swaps[i][0]: swaps[i][1] for i in rng.choice(len(swaps), wanted, replace=False)}
        return "".join(chosen.get(i, char) for i, char in enumerate(text))

    return rewrite


def _insert(fillers: str) -> Rewrite:
    """Puts one filler, the same throughout, between the letters of each word of two or more."""

    def rewrite(text: str, rng: Random) -> str:
        filler = fillers[rng.integers(len(fillers))]
        return _WORD.sub(lambda word: filler.join(word[0]), text)

    return rewrite


@cache
def _homophones() -> dict[str, tuple[str, ...]]:
    """The 3,755 most common Simplified characters (GB 2312, level 1) by reading without tone."""
    readings: dict[str, list[str]] = defaultdict(list)
    codes = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    for code in codes:
        char = code.decode("gb2312", "ignore")
        if char:
            readings[reading(char)].append(char)
    return {name: tuple(chars) for name, chars in readings.items()}


def reading(char: str) -> str:
    """The commonest reading of one Han character, without tone."""
    return str(lazy_pinyin(char)[0])


def _homophone(char: str, rng: Random) -> str | None:
    if not _HAN.match(char):
        return None
    others = [other for other in _homophones().get(reading(char), ()) if other not in (char, simplified(char))]
    if not others:
        return None
    chosen = others[rng.integers(len(others))]
    return chosen if simplified(char) == char else traditional(chosen)


def _pinyin(char: str, rng: Random) -> str | None:
    del rng
    return reading(char) if _HAN.match(char) else None


def _initial(char: str, rng: Random) -> str | None:
    del rng
    return reading(char)[0] if _HAN.match(char) else None


def _from(*names: str) -> Callable[[str, Random], str | None]:
    table = {char: options for name in names for char, options in _TABLES[name].items()}
    return lambda char, rng: options[rng.integers(len(options))] if (options := table.get(char)) else None


def _split(char: str, rng: Random) -> str | None:
    del rng
    return _TABLES["split"].get(char)


def _leet(char: str, rng: Random) -> str | None:
    options = _TABLES["leet"].get(char.lower())
    return options[rng.integers(len(options))] if options else None


def _wide(char: str, rng: Random) -> str | None:
    del rng
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else None


def _stretch(text: str, rng: Random) -> str:
    """Repeats the last vowel of each Latin word, and the last character of each Han run, three times over."""
    times = int(rng.integers(3, 6))
    text = re.sub(r"([aeiouAEIOU])(?=[^aeiouAEIOU\W]*\b)", lambda m: m[1] * times, text, flags=re.ASCII)
    return re.sub(r"([\u4e00-\u9fff])(?![\u4e00-\u9fff])", lambda m: m[1] * times, text)


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def traditional(text: str) -> str:
    return str(_converter("s2tw").convert(text))


def simplified(text: str) -> str:
    return str(_converter("t2s").convert(text))


def _mixture(text: str, rng: Random) -> str:
    """A partial swap, then fillers: what spam looks like in the wild."""
    swap = ("homophones", "pinyin", "look-alikes", "leet")[rng.integers(4)]
    return TRANSFORMS[("symbols", "emoji", "zero-width")[rng.integers(3)]](TRANSFORMS[swap](text, rng), rng)


TRANSFORMS: Mapping[str, Rewrite] = {
    "homophones": _swap(_homophone, _SHARE),
    "pinyin": _swap(_pinyin, _SHARE),
    "initials": _swap(_initial, _SHARE),
    "split characters": _swap(_split),
    "Traditional": lambda text, _: traditional(text),
    "symbols": _insert(_SYMBOLS),
    "emoji": _insert(_EMOJI),
    "zero-width": _insert(_ZERO_WIDTH),
    "full-width": _swap(_wide),
    "look-alikes": _swap(_from("confusable", "look_alike"), _SHARE),
    "leet": _swap(_leet),
    "stretched": _stretch,
    "mixture": _mixture,
}
