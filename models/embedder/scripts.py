"""Characters that stand for one another between the scripts, put into classes: a text has one vector however it is written.

OpenCC's tables are not one to one (乾 is 干, and stays 乾 in 乾坤; 复 may be 複, 復 or 覆), so a fold that looks at single characters
has to put together all that any conversion of a character makes of it, alone or in a word.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import opencc

from assistant.text.han import fold

HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2FA20))
CONVERSIONS = ("t2s", "tw2s", "hk2s", "s2t", "s2tw", "s2hk", "t2tw", "t2hk")


def jieba_lines() -> list[str]:
    """jieba's list of words: ``word count tag`` each."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install jieba first")
    return (Path(spec.origin).parent / "dict.txt").read_text("utf-8").splitlines()


@cache
def representatives() -> Mapping[str, str]:
    """Each folded character that shares its class with another, and the character that stands for the class."""
    parent: dict[str, str] = {}

    def find(char: str) -> str:
        while parent.get(char, char) != char:
            char = parent[char]
        return char

    for one, other in _exchanged():
        top, below = sorted((find(one), find(other)), key=lambda char: (not _everyday(char), char))
        if top != below:
            parent[below] = top
            parent.setdefault(top, top)
    classes = defaultdict(list)
    for char in parent:
        classes[find(char)].append(char)
    return {char: top for top, chars in classes.items() for char in chars if char != top}


def _exchanged() -> Iterator[tuple[str, str]]:
    """Pairs of different folded characters that a conversion makes of one another, alone or inside a word."""
    words = [line.split(" ")[0] for line in jieba_lines()]
    simplified = "\n".join([*map(chr, HAN), *words])
    text = simplified + "\n" + opencc.OpenCC("s2t").convert(simplified)
    before = text.split("\n")
    for name in CONVERSIONS:
        for one, other in zip(before, opencc.OpenCC(name).convert(text).split("\n"), strict=True):
            if one != other and len(one) == len(other):
                yield from ((a, b) for a, b in zip(fold(one), fold(other), strict=True) if a != b)


def _everyday(char: str) -> bool:
    """Whether GB 2312, the set of everyday Simplified characters, has it."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
