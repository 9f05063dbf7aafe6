"""Texts to measure speed on: 60 characters each, made of this project's own rows, no two alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.datasets import read_jsonl

LENGTH = 60
HARMFUL_SHARE = 0.1
"""One text in ten holds something harmful: more than ordinary chat, where findings are rarer and so cheaper."""

_EVAL = Path(__file__).parent.parent


def texts(count: int, seed: int) -> list[str]:
    """``count`` texts in Chinese (both scripts) and English; other seeds give other texts, so that no cache can help."""
    pools = _pools()
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        language = list(pools)[rng.integers(len(pools))]
        benign, harmful = pools[language]
        pieces = [harmful[rng.integers(len(harmful))]] if rng.random() < HARMFUL_SHARE else []
        while sum(map(len, pieces)) + len(pieces) < LENGTH:
            piece = benign[rng.integers(len(benign))]
            pieces.append(piece[rng.integers(max(1, len(piece) // 2)) :])
        joint = " " if language == "en" else "，"
        made.append(joint.join(pieces)[:LENGTH])
    return made


def _pools() -> dict[str, tuple[list[str], list[str]]]:
    """Benign and harmful rows by language."""
    rows = [(r["lang"], r["text"], bool(r["labels"])) for r in read_jsonl(_EVAL / "sample" / "moderation.jsonl")]
    rows += [("zh-Hant", r["text"], r["label"] is not None) for r in read_jsonl(_EVAL / "twins" / "traditional.jsonl")]
    languages = sorted({language for language, _, _ in rows})
    return {
        language: (
            [text for lang, text, bad in rows if lang == language and not bad],
            [text for lang, text, bad in rows if lang == language and bad],
        )
        for language in languages
    }
