"""Lists the usual English words, for leetspeak and stretched letters: ``python -m models.risk.usual_words``, after ``data``."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assistant.text.characters import TABLES
from models.risk.data import WORK, read
from models.risk.row import Row

LEAST_ROWS = 4
RARER = 20
"""A word that another, with one of its double letters single, is so many times as usual as, is a slip or stretched (soo)."""

SMALL = 0.35
OFTEN = 60
"""A word that is written small less often than that share, and in fewer texts, is taken for a name."""

_WORD = re.compile(r"(?<![\w@#/.])[a-z]{2,15}(?![\w@])")
_DOUBLE = re.compile(r"([a-z])\1")
_THRICE = re.compile(r"([a-z])\1\1")


def usual(rows: Iterable[Row]) -> list[str]:
    """The words that stand in ``LEAST_ROWS`` English texts or more, but for names and stretched ones; in alphabetical order."""
    texts = [
        row.text for row in rows if row.lang == "en" and row.source not in {"disguised", "grammar"} and not row.dev
    ]
    count = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
    small = Counter(word for text in texts for word in set(_WORD.findall(text)))
    found = [word for word, often in count.items() if often >= LEAST_ROWS and small[word] >= min(SMALL * often, OFTEN)]
    found = [word for word in found if not _THRICE.search(word)]
    return sorted(word for word in found if not _stretched(word, count))


def _stretched(word: str, count: Counter[str]) -> bool:
    return any(
        count[word[: at.start()] + word[at.start() + 1 :]] >= RARER * count[word] for at in _DOUBLE.finditer(word)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=WORK / "rows.jsonl")
    parser.add_argument("--out", type=Path, default=TABLES / "usual_english.txt")
    given = parser.parse_args()
    words = usual(read(given.rows))
    given.out.write_text("\n".join(words) + "\n", "utf-8")
    print(f"{len(words)} words")


if __name__ == "__main__":
    main()
