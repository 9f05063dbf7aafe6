"""What members want: questions, complaints and wishes, put together, common or individual, ranked by urgency and importance."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.cluster import LIKENESS, group, mean, members_of
from assistant.content.evidence import samples
from assistant.content.merging import merge
from assistant.content.signs import harmed, need_kind, shows
from assistant.content.terms import name_groups, terms_of
from assistant.content.topics import PEOPLE, Period
from assistant.types.content import Need, NeedKind, Said

COMMON: Final = 3
"""Members who say it, at least, for a need to be common."""
MOST_NEEDS: Final = 40
_ORDER: Final = (NeedKind.COMPLAINT, NeedKind.WISH, NeedKind.QUESTION)


def find_needs(
    said: Sequence[Said], vectors: NDArray[np.float32], period: Period, likeness: float = LIKENESS
) -> list[Need]:
    """The needs of the period, the weightiest first; one that only one member has is a need too. ``vectors`` has a row per message."""
    rows = [at for at, one in enumerate(said) if period.holds(one.at)]
    kinds = {at: kind for at in rows if (kind := need_kind(said[at].text)) is not None}
    needs: list[Need] = []
    for kind in _ORDER:
        own = [at for at in rows if kinds.get(at) is kind]
        if own:
            needs += _of_kind([said[at] for at in own], vectors[own], kind, likeness)
    return sorted(needs, key=lambda need: (-need.weight, need.name))[:MOST_NEEDS]


def _of_kind(said: Sequence[Said], vectors: NDArray[np.float32], kind: NeedKind, likeness: float) -> list[Need]:
    labels = group(vectors, likeness)
    groups = merge(members_of(labels), [one.text for one in said])
    groups += [[at] for at in np.flatnonzero(labels < 0).tolist()]
    groups = sorted(groups, key=lambda rows: (-len(rows), rows[0]))[:MOST_NEEDS]
    speakers = frozenset(one.member_id.lower() for one in said)
    names = name_groups([[said[at].text for at in rows] for rows in groups], leave_out=speakers)
    return [
        need_of(
            [said[at] for at in rows], vectors[rows], kind, terms or tuple(terms_of(said[rows[0]].text).values())[:3]
        )
        for rows, terms in zip(groups, names, strict=True)
    ]


def need_of(said: Sequence[Said], vectors: NDArray[np.float32], kind: NeedKind, terms: tuple[str, ...]) -> Need:
    """One need of these messages. Urgency is the share of them with a sign of it; importance, of weighty matters, and how many say it."""
    members = Counter(one.member_id for one in said)
    urgency = sum(shows(one.text, "urgent") for one in said) / len(said)
    matters = sum(shows(one.text, "important") for one in said) / len(said)
    spread = 1 - 1 / (1 + len(members) / COMMON)
    importance = min(1.0, 0.5 * spread + 0.35 * matters + (0.15 if kind is NeedKind.COMPLAINT else 0.0))
    chosen = samples(said, vectors, mean(vectors))
    name = chosen[0].text.strip().split("\n")[0][:80]
    return Need(
        id="need_" + hashlib.sha256("|".join(sorted(one.id for one in said)).encode()).hexdigest()[:12],
        kind=kind,
        name=name,
        terms=terms,
        count=round(sum(one.stands_for for one in said)),
        members=len(members),
        common=len(members) >= COMMON,
        urgency=round(urgency, 3),
        importance=round(importance, 3),
        weight=round(
            (0.4 + urgency) * importance * (1 + math.log1p(sum(one.weight * one.stands_for for one in said))), 4
        ),
        samples=chosen,
        people=tuple(name for name, _ in members.most_common(PEOPLE)),
        harmed=harmed(one.text for one in said),
    )
