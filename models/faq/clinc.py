"""Communities out of CLINC150's training rows: each knows some of the intents,
with a number of ways to ask each; the rest it does not know.

Far out-of-scope rows of CLINC150 are in the evaluation (as BANKING77-OOS ood-oos), so none of them is read here.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path

from assistant.types.faq import Entry
from models.faq.community import Asking, Community
from models.faq.parallel import held_out, rows_of

BANKING = (
    *(
        "freeze_account",
        "routing",
        "pin_change",
        "bill_due",
        "pay_bill",
        "account_blocked",
        "interest_rate",
        "min_payment",
    ),
    *("bill_balance", "transfer", "order_checks", "balance", "spending_history", "transactions", "report_fraud", "apr"),
    *("replacement_card_duration", "expiration_date", "damaged_card", "improve_credit_score", "report_lost_card"),
    *(
        "card_declined",
        "credit_limit_change",
        "redeem_rewards",
        "credit_limit",
        "rewards_balance",
        "application_status",
    ),
    *("credit_score", "new_card", "international_fees"),
)
WAYS = (1, 2, 3, 5, 10, 25, 60, 80)
IN, OUT, FAR = 160, 90, 40

SMALL = (2, 3, 4, 5, 6, 8, 10, 14, 20)
SMALL_ROUNDS = 4
MIXED_WAYS = (1, 1, 1, 2, 3, 4, 6, 10)
"""Entries of a beginning community, and the ways to ask each of them."""

SMALL_IN, SMALL_OUT, SMALL_FAR = 50, 25, 10


def communities(folder: Path, rng: random.Random) -> list[Community]:
    """Beside the intents that a community does not know it is asked questions of no intent at all (Tatoeba)."""
    far = [row["en"] for row in rows_of(folder, "tatoeba") if row["en"].endswith("?") and len(row["en"].split()) > 4]
    rows = json.loads((folder / "clinc150/data/data_full.json").read_text("utf-8"))["train"]
    of = defaultdict(list)
    near = held_out(folder).near
    for text, intent in rows:
        if not near(text):
            of[intent].append(text)
    found = []
    for number, ways in enumerate(WAYS * 2):
        narrow = number % 2 == 1 and number < len(WAYS)
        pool = list(BANKING) if narrow else sorted(of)
        known = sorted(rng.sample(pool, round(len(pool) * rng.uniform(0.55, 0.75))))
        found.append(_community(f"clinc-{number}-{ways}", of, pool, known, ways, rng.sample(far, FAR), rng))
    for number in range(SMALL_ROUNDS):
        for size in SMALL:
            pool = rng.sample(sorted(of), 3 * size)
            found.append(_small(f"clinc-small-{number}-{size}", of, pool, size, rng.sample(far, SMALL_FAR), rng))
    return found


def _small(
    name: str, of: dict[str, list[str]], pool: list[str], size: int, far: list[str], rng: random.Random
) -> Community:
    entries, inside = [], []
    for intent in pool[:size]:
        texts, ways = rng.sample(of[intent], len(of[intent])), rng.choice(MIXED_WAYS)
        first, *more = texts[:ways]
        entries.append(Entry(id=intent, language="en", question=first, alternatives=tuple(more), answer=""))
        inside += [Asking(text, frozenset({intent}), "en", text) for text in texts[ways:]]
    outside = [Asking(text, frozenset(), "en", text) for intent in pool[size:] for text in of[intent]]
    askings = rng.sample(inside, min(SMALL_IN, len(inside))) + rng.sample(outside, min(SMALL_OUT, len(outside)))
    askings += [Asking(text.lower().rstrip("?"), frozenset(), "en", text) for text in far]
    return Community(name, "small ways", tuple(entries), tuple(askings))


def _community(
    name: str,
    of: dict[str, list[str]],
    pool: list[str],
    known: list[str],
    ways: int,
    far: list[str],
    rng: random.Random,
) -> Community:
    entries, inside = [], []
    for intent in known:
        texts = rng.sample(of[intent], len(of[intent]))
        first, *more = texts[:ways]
        entries.append(Entry(id=intent, language="en", question=first, alternatives=tuple(more), answer=""))
        inside += [Asking(text, frozenset({intent}), "en", text) for text in texts[ways:]]
    outside = [Asking(text, frozenset(), "en", text) for intent in pool if intent not in known for text in of[intent]]
    askings = rng.sample(inside, min(IN, len(inside))) + rng.sample(outside, min(OUT, len(outside)))
    askings += [Asking(text.lower().rstrip("?"), frozenset(), "en", text) for text in far]
    return Community(name, "ways" if ways > 1 else "questions", tuple(entries), tuple(askings))
