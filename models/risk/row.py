"""One labelled text of the training data, and how texts are compared."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.types import Label

FOLDS = 5
LABELS = tuple(label.value for label in Label if label is not Label.SEXUAL_MINORS)
"""``sexual_minors`` has no training text on purpose: the flow reaches it by combining signals."""

COMMERCE = frozenset({"gambling", "illicit", "fraud", "spam", "misleading", "privacy", "injection"})
"""Labels that ordinary abuse and ordinary talk never carry."""


@dataclass(frozen=True, slots=True)
class Row:
    """``labels`` holds 1.0 or 0.0 for what is known; an absent label is unknown and takes no part in that label's training.

    Rows with one ``group`` stay in one fold. ``dev`` rows calibrate and choose, and are never fitted.
    """

    text: str
    labels: Mapping[str, float]
    source: str
    lang: str
    group: str = ""
    dev: bool = False
    weight: float = 1.0
    tags: tuple[str, ...] = field(default=())

    @property
    def fold(self) -> int:
        """0 to 4, from the group alone; -1 for what always trains and never measures (single terms)."""
        if "term" in self.tags:
            return -1
        return int.from_bytes(hashlib.blake2b(self.group.encode(), digest_size=4).digest()) % FOLDS


def fingerprint(text: str) -> str:
    """What two texts share when they differ in case, width, spaces, mentions or punctuation only."""
    kept = (c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    return "".join(kept) or text.strip()


def clean(labels: frozenset[str] | set[str] = frozenset(LABELS)) -> dict[str, float]:
    """Zero for each of ``labels``."""
    return dict.fromkeys(sorted(labels), 0.0)
