"""How common words are in short texts in general: the background of ``assistant.faq.lexical``.

Counted over what people ask and say in the training sets, each language and kind of text with the same weight however many texts it has.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.faq.tokens import lexical_tokens
from models.faq.parallel import rows_of
from models.faq.shop import LANGUAGES, topics

LEAST = 0.003
"""The share of texts from which a token is listed."""

PARALLEL = ("tatoeba", "matrix_react_sdk", "wekan")


def shares(folder: Path) -> dict[str, float]:
    """Of Chinese texts for tokens that hold Han characters, else of English ones."""
    chinese, english = _kinds(folder)
    found = {token: share for token, share in _mean(chinese).items() if not token.isascii()}
    found |= {token: share for token, share in _mean(english).items() if token.isascii()}
    return {token: round(found[token], 4) for token in sorted(found) if found[token] >= LEAST}


def _kinds(folder: Path) -> tuple[list[Counter[str]], list[Counter[str]]]:
    rows = {name: rows_of(folder, name) for name in PARALLEL}
    chinese = [_held(row["zh"] for row in own) for own in rows.values()]
    english = [_held(row["en"] for row in own) for own in rows.values()]
    asked = json.loads((folder / "clinc150/data/data_full.json").read_text("utf-8"))["train"]
    english += [_held(text for text, _ in asked), _held(_ways("en"))]
    chinese += [_held(_ways(language)) for language in LANGUAGES if language != "en"]
    return chinese, english


def _ways(language: str) -> Iterator[str]:
    """The ways to ask our own topics."""
    for topic in topics():
        question, _, *more = topic[language]
        yield from (question, *more)


def _held(texts: Iterable[str]) -> Counter[str]:
    """How many texts hold each token; under the empty token, how many texts there are."""
    held: Counter[str] = Counter()
    for text in texts:
        held.update({"", *lexical_tokens(text)})
    return held


def _mean(kinds: list[Counter[str]]) -> dict[str, float]:
    tokens = {token for held in kinds for token in held if token}
    return {token: sum(held[token] / held[""] for held in kinds) / len(kinds) for token in tokens}
