"""Characters that stand for one another between the scripts, put into classes: a text has one vector however it is written.

OpenCC's tables are not one to one (乾 is 干 and stays 乾 in 乾坤), so a fold that looks at single characters has to put together all that
any conversion of a character may give.
"""

from __future__ import annotations

from collections import defaultdict

import opencc

from assistant.text.han import fold

HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2FA20))
CONVERSIONS = ("t2s", "tw2s", "hk2s", "s2t", "s2tw", "s2hk", "t2tw", "t2hk")


def representatives() -> dict[str, str]:
    """Each folded character that shares its class with another, and the character that stands for the class."""
    parent: dict[str, str] = {}

    def find(char: str) -> str:
        while parent.get(char, char) != char:
            char = parent[char]
        return char

    converters = [opencc.OpenCC(name) for name in CONVERSIONS]
    for code in HAN:
        char = chr(code)
        for converter in converters:
            other = converter.convert(char)
            if len(other) == 1:
                _join(parent, find(fold(char)), find(fold(other)))
    classes = defaultdict(list)
    for char in parent:
        classes[find(char)].append(char)
    return {char: top for top, chars in classes.items() for char in chars if char != top}


def _join(parent: dict[str, str], one: str, other: str) -> None:
    if one != other:
        top, below = sorted((one, other), key=lambda char: (not _everyday(char), char))
        parent[below] = top
        parent.setdefault(top, top)


def _everyday(char: str) -> bool:
    """Whether GB 2312, the set of everyday Simplified characters, has it."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


REPRESENTATIVE = representatives()
