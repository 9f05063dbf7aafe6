"""The normaliser inside ``tokenizer.json``: one character to its folded form, as SentencePiece's precompiled map.

Traditional and variant characters become Simplified, everything is NFKC and lower case, Latin letters lose their accents, invisible
characters vanish. Format: a little-endian uint32 with the length of a double-array trie over UTF-8 (darts-clone), the trie, and the
results, each ended by a zero byte (``spm_precompiled``, ``sentencepiece/src/normalizer.cc``).
"""

from __future__ import annotations

import itertools
import struct
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.text.han import fold
from models.embedder.scripts import representatives

_LEAF = 1 << 31
_HAS_LEAF = 1 << 8
_LOOK_BACK = 512
_ACCENTED = ("LATIN", "GREEK", "CYRILLIC")


def folded(char: str) -> str:
    """What the tokenizer reads for one character; empty for an invisible one."""
    if unicodedata.category(char) in {"Cf", "Cc", "Mn", "Me", "Cs", "Co"}:
        return " " if char.isspace() else ""
    form = "NFKD" if unicodedata.name(char, "").startswith(_ACCENTED) else "NFKC"
    bare = (c for c in unicodedata.normalize(form, char).lower() if unicodedata.category(c) != "Mn")
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFKC", "".join(bare)))
    classes = representatives()
    return "".join(classes.get(c, c) for c in fold(spaced))


def every_character() -> dict[str, str]:
    """All characters that change, and what they become."""
    found = {}
    for code in range(1, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in {"Cn", "Cs", "Co"}:
            continue
        result = folded(char)
        if result != char:
            found[char] = result
    return found


@dataclass(slots=True)
class _Node:
    leaf: int = -1
    children: dict[int, _Node] = field(default_factory=dict)


def compiled(table: Mapping[str, str]) -> bytes:
    """``table`` as a precompiled map."""
    results, where = bytearray(), {}
    root = _Node()
    for key, value in sorted(table.items()):
        if value not in where:
            where[value] = len(results)
            results += value.encode() + b"\0"
        node = root
        for byte in key.encode():
            node = node.children.setdefault(byte, _Node())
        node.leaf = where[value]
    trie = _double_array(root)
    return struct.pack("<I", 4 * len(trie)) + struct.pack(f"<{len(trie)}I", *trie) + bytes(results)


def _double_array(root: _Node) -> list[int]:
    """Units as darts-clone has them: a node's children lie at its base XOR their byte, its value at the base itself.

    Every node has a block of 256 units to itself unless it fits into one of the last few blocks.
    """
    units: dict[int, int] = {0: 0}
    bases: set[int] = set()
    waiting = [(root, 0)]
    end = 1
    while waiting:
        node, at = waiting.pop()
        labels = [*node.children, *([0] if node.leaf >= 0 else [])]
        base = next(
            b
            for b in itertools.count(max(1, end - _LOOK_BACK))
            if b not in bases and all(b ^ label not in units for label in labels)
        )
        bases.add(base)
        units[at] |= (at ^ base) << 10 | (_HAS_LEAF if node.leaf >= 0 else 0)
        if node.leaf >= 0:
            units[base] = _LEAF | node.leaf
        for byte, child in node.children.items():
            units[base ^ byte] = byte
            waiting.append((child, base ^ byte))
        end = max(end, base)
    return [units.get(i, 0) for i in range((max(units) | 0xFF) + 1)]
