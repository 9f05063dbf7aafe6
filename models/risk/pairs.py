"""Counts which Chinese characters follow which, for ``assistant.backends.restored``: ``python -m models.risk.pairs``, after ``data``.

Absolute discounting (Ney, Essen and Kneser, 1994): a pair that was seen gives up ``DISCOUNT`` of its count to those that were not, which
are shared out as the second character stands anywhere. Takes seconds; same rows, same table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.backends.restored import FIRST_HAN, LAST_HAN, RARE, SCALE
from assistant.text import Normalised
from assistant.text.ordinary import ordinary_words
from models.risk.data import HERE, WORK, read
from models.risk.packed import write_arrays
from models.risk.row import Row

DISCOUNT = 0.75
LEAST = 5
"""A character seen less often is rare."""

LEFT_OUT = frozenset({"grammar", "disguised"})
"""Sources that repeat themselves, or are written by their sounds."""

PLAYFUL = tuple(
    f"seed:{family}"
    for family in (
        "s35-all35_disguise",
        "s36-zh36_cloak",
        "s36-zh36_abuse",
        "s36-zh36_ads",
        "s36-zh36_adult",
        "s36-zh36_lure",
        "s37-zh37_abuse",
        "s37-zh37_platform",
        "s37-zh37_trade",
        "s38-zh38_abuse",
        "s38-zh38_black",
        "s38-zh38_cloak",
        "s38-zh38_lust",
        "s36-zh36_fans",
        "s36-zh36_short",
    )
)
"""Seeds that play with writing on purpose: counted as writing, a disguise would no longer look odd."""

LONGEST = 320

OFFENCE = ("harassment", "hate", "threat", "sexual", "profanity")
TERM, HARMFUL = 5, 3
"""How often a term of the lists, and a harmful text, counts: what is disguised is what would be caught. Of homophones (a quarter of the
characters) that found .823 to .828 on COLD dev and .479 to .495 on SWSR, whose texts the table had not seen, one in ten innocent flagged.
"""


def texts(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """The Chinese texts as the table reads them, and how often each counts; what only chooses or measures is left out."""
    chinese = (row for row in rows if row.lang[:2] == "zh" and not row.dev)
    chosen = (row for row in chinese if row.source not in LEFT_OUT and not row.group.startswith(PLAYFUL))
    return [(Normalised(row.text).leet.text[:LONGEST], often(row)) for row in chosen]


def often(row: Row) -> int:
    if row.source == "terms":
        return TERM
    return HARMFUL if any(row.labels.get(label, 0.0) >= 0.5 for label in OFFENCE) else 1


def is_han(char: str) -> bool:
    return FIRST_HAN <= ord(char) <= LAST_HAN


def table(said: list[tuple[str, int]]) -> tuple[str, dict[str, np.ndarray]]:
    """The characters, usual ones first, and the arrays of ``pairs.npz``: costs of a character anywhere (``alone``), of handing over to them
    (``back``), and of the pairs seen (``costs``), whose places in the flat table are the running sum of ``at``.
    """
    usual = Counter(char for text, _ in said for char in text if is_han(char))
    chars = "".join(char for char, count in usual.most_common() if count >= LEAST)
    place = {char: number for number, char in enumerate(chars, RARE + 1)}
    size = len(chars) + RARE + 1
    pairs: Counter[int] = Counter()
    for text, times in said:
        row = [0, *(place.get(char, RARE if is_han(char) else 0) for char in text), 0]
        for first, second in pairwise(row):
            pairs[first * size + second] += times
    at = np.array(sorted(pairs))
    counts = np.array([pairs[one] for one in at.tolist()], np.float64)
    first, second = at // size, at % size
    anywhere = np.bincount(second, counts, size) + 0.1
    anywhere /= anywhere.sum()
    whole = np.bincount(first, counts, size).clip(1)
    kinds = np.bincount(first, minlength=size).clip(1)
    share = DISCOUNT * kinds / whole
    seen = (counts - DISCOUNT) / whole[first] + share[first] * anywhere[second]
    return chars, {
        "alone": cost(anywhere),
        "back": cost(share),
        "at": np.diff(at, prepend=0).astype(np.int32),
        "costs": cost(seen),
    }


def cost(chances: np.ndarray) -> np.ndarray:
    return np.rint(-np.log(chances) * SCALE).clip(0, 255).astype(np.uint8)


def build(rows: Iterable[Row], out: Path) -> str:
    """Writes ``pairs.npz`` and ``pairs.json`` to ``out``; says in words what they hold."""
    said = [*texts(rows), *((word, 1) for word in ordinary_words())]
    chars, arrays = table(said)
    out.mkdir(parents=True, exist_ok=True)
    write_arrays(out / "pairs.npz", arrays)
    digest = hashlib.blake2b(b"".join(array.tobytes() for array in arrays.values()), digest_size=4).hexdigest()
    about = {"version": digest, "characters": chars}
    (out / "pairs.json").write_text(json.dumps(about, ensure_ascii=False) + "\n", "utf-8")
    return f"{len(arrays['at'])} pairs of {len(chars)} characters from {len(said)} texts and words"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=WORK / "rows.jsonl")
    parser.add_argument("--out", type=Path, default=HERE / "weights")
    given = parser.parse_args()
    print(build(read(given.rows), given.out))


if __name__ == "__main__":
    main()
