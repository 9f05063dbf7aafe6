"""Where a member stands: new, active, returning, at risk or dormant; and how they got there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

NEW_DAYS = 14
RETURNING_DAYS = 14
DORMANT_DAYS = 60
LEAST_PATIENCE, MOST_PATIENCE = 14, 30


class Stage(StrEnum):
    NEW = "new"
    ACTIVE = "active"
    RETURNING = "returning"
    AT_RISK = "at_risk"
    DORMANT = "dormant"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A member's days: the first and the last with activity, the mean ``gap`` between them, the day of coming back after a long
    silence, and whether they left since the last."""

    first: date
    last: date
    gap: float
    back_on: date | None
    left: bool


def patience(gap: float) -> int:
    """Days of silence that are usual for a member whose active days lie ``gap`` days apart: three times that, 14 at least, 30 at most."""
    return int(min(MOST_PATIENCE, max(LEAST_PATIENCE, 3 * gap)))


def stage_on(rhythm: Rhythm, today: date) -> Stage:
    """``today`` is not before the last active day."""
    silence = (today - rhythm.last).days
    if rhythm.left or silence > DORMANT_DAYS:
        return Stage.DORMANT
    if silence > patience(rhythm.gap):
        return Stage.AT_RISK
    if rhythm.back_on is not None and (today - rhythm.back_on).days < RETURNING_DAYS:
        return Stage.RETURNING
    return Stage.NEW if (today - rhythm.first).days < NEW_DAYS else Stage.ACTIVE


def steps_between(rhythm: Rhythm, day: date) -> list[tuple[Stage, Stage]]:
    """The moves from the last active day until this one, which is active again: also staying, where they stayed."""
    found = [stage_on(rhythm, rhythm.last)]
    silence = (day - rhythm.last).days
    if silence > patience(rhythm.gap):
        found.append(Stage.AT_RISK)
    if silence > DORMANT_DAYS:
        found.append(Stage.DORMANT)
    if len(found) > 1:
        return [*pairwise(found), (found[-1], Stage.RETURNING)]
    return [(found[0], stage_on(Rhythm(rhythm.first, day, rhythm.gap, rhythm.back_on, left=False), day))]


def odds(steps: Mapping[str, int], stage: Stage) -> dict[Stage, float]:
    """The probability of each next stage from this one, by the community's moves (``"from>to"``), one imagined move to each possible
    stage added (Laplace); they sum to 1."""
    counts = {to: steps.get(f"{stage}>{to}", 0) + 1 for to in _NEXT[stage]}
    total = sum(counts.values())
    return {to: count / total for to, count in counts.items()}


_NEXT = {
    Stage.NEW: (Stage.NEW, Stage.ACTIVE, Stage.AT_RISK),
    Stage.ACTIVE: (Stage.ACTIVE, Stage.AT_RISK),
    Stage.RETURNING: (Stage.RETURNING, Stage.ACTIVE, Stage.AT_RISK),
    Stage.AT_RISK: (Stage.RETURNING, Stage.DORMANT),
    Stage.DORMANT: (Stage.RETURNING, Stage.DORMANT),
}


def next_step(stage: Stage, counts: Mapping[str, int]) -> str:
    """The key, in ``[next_steps]`` of the words, of what is worth doing next with a member of whom so much of each event is known."""
    said, bought, clicked = (counts.get(name, 0) for name in ("message", "purchase", "click"))
    if stage is Stage.NEW:
        return "introduce" if not said else "first_reply"
    if stage is Stage.ACTIVE:
        if bought:
            return "invite_review"
        return "offer_seen" if clicked >= 3 else "involve"
    return {Stage.RETURNING: "welcome_back", Stage.AT_RISK: "ask_missing", Stage.DORMANT: "win_back"}[stage]


def days_until_risk(rhythm: Rhythm, today: date) -> int:
    """Days of further silence after which the member is at risk; 0 where they are."""
    return max(0, (rhythm.last + timedelta(days=patience(rhythm.gap) + 1) - today).days)
