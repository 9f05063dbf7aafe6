"""Who sees what in an experiment: the same member always the same thing, and nobody chooses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

BUCKETS = 10_000
HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class Variant:
    """``weight`` is its share among the variants, in any unit over 0."""

    name: str
    weight: float = 1.0


def bucket(salt: str, member_id: str) -> int:
    """From 0 to ``BUCKETS`` - 1, evenly, and independent between salts."""
    digest = hashlib.sha256(f"{salt}\0{member_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def assigned(salt: str, member_id: str, holdout: float, variants: Sequence[Variant]) -> tuple[str, int]:
    """The variant, or ``HOLDOUT`` for a share of ``holdout`` in [0, 1), with the bucket.

    A larger holdout only takes members into it.
    """
    place = bucket(f"{salt}:holdout", member_id)
    if place < round(holdout * BUCKETS):
        return HOLDOUT, place
    place = bucket(salt, member_id)
    total = sum(variant.weight for variant in variants)
    edge = 0.0
    for variant in variants:
        edge += variant.weight / total * BUCKETS
        if place < edge:
            return variant.name, place
    return variants[-1].name, place
