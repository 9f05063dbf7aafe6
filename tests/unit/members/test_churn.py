"""The risk of silence is true on the average, and rises with silence."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from assistant.members import churn
from assistant.members.lifecycle import Rhythm, Stage, odds, patience, stage_on

TODAY = date(2026, 11, 28)


def member(random) -> tuple[tuple[date, ...], Rhythm]:
    """Someone who is active on a day with a chance of their own, and may stop for good on any day."""
    chance, stop = random.uniform(0.02, 0.6), random.integers(0, 140)
    days = [
        TODAY - timedelta(days=int(ago)) for ago in range(100, -1, -1) if ago >= stop - 40 and random.random() < chance
    ]
    first = days[0] if days else TODAY
    gap = float(np.mean(np.diff([day.toordinal() for day in days]))) if len(days) > 1 else 0.0
    return tuple(days), Rhythm(first, days[-1] if days else first, gap, None, left=False)


def test_risks_are_calibrated_on_members_not_learned_from():
    random = np.random.default_rng(2)
    examples = [one for _ in range(4_000) if (one := churn.example(*member(random), TODAY)) is not None]
    half = len(examples) // 2
    model = churn.learn(examples[:half])
    assert model is not None
    risks = np.array([churn.risk(model, known) for known, _ in examples[half:]])
    gone = np.array([silent for _, silent in examples[half:]], float)
    order = np.argsort(risks)
    for part in np.array_split(order, 5):
        error = np.sqrt(gone[part].mean() * (1 - gone[part].mean()) / len(part)) + 1e-3
        assert abs(risks[part].mean() - gone[part].mean()) < 4 * error + 0.05
    assert gone[order[-200:]].mean() > gone[order[:200]].mean() + 0.3


def test_few_examples_teach_nothing():
    assert churn.learn([(np.zeros(4), True)] * 10) is None


def test_the_life_cycle_follows_silence():
    rhythm = Rhythm(TODAY - timedelta(days=100), TODAY, 2.0, None, left=False)
    stages = [stage_on(rhythm, TODAY + timedelta(days=silence)) for silence in (0, 14, 15, 60, 61)]
    assert stages == [Stage.ACTIVE, Stage.ACTIVE, Stage.AT_RISK, Stage.AT_RISK, Stage.DORMANT]
    assert (patience(0), patience(7), patience(90)) == (14, 21, 30)
    assert stage_on(Rhythm(TODAY, TODAY, 0, None, left=True), TODAY) is Stage.DORMANT
    assert sum(odds({"active>at_risk": 7}, Stage.ACTIVE).values()) == 1
    assert odds({"active>at_risk": 7}, Stage.ACTIVE)[Stage.AT_RISK] == 8 / 9
