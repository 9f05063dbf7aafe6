"""Off-policy estimates on logged clicks of a shop (Saito et al., NeurIPS 2021): 10,000 rounds per campaign and policy.

Thompson sampling's log says what the uniform policy would have earned; the uniform policy's own log says what it did earn.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Mapping
from math import fsum
from typing import Any

import numpy as np

from assistant.push.offpolicy import Logged, dr, effective_rounds, ips, snips, weights
from eval.bootstrap import Estimate, estimates
from eval.flow import Context
from eval.metrics import Floats, Ints, ratio
from eval.oracle import estimators
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table

_SET = "open_bandit_small"
COLUMNS = {
    "clicks per round": Better.NEITHER,
    "uniform policy's own log": Better.NEITHER,
    "off the oracle by": Better.DOWN,
}


def push_offpolicy(context: Context) -> Result:
    """IPS, SNIPS and DR of the uniform policy from Thompson sampling's log, beside ``obp`` and beside what the uniform policy earned."""
    tables, goals, cases = [], [], 0
    oracle = estimators()
    worst, covered = 0.0, 0
    for campaign in ("men", "women"):
        log, truth = _log(context, "bts", campaign), _log(context, "random", campaign)
        cases += len(log.action)
        table, off, inside = _table(campaign, log, truth, oracle)
        tables.append(table)
        worst, covered = max(worst, off), covered + inside
    goals = [
        Goal("off the oracle by at most", Estimate(worst, worst, worst, cases), Better.DOWN, 1e-9),
        Goal(
            "intervals that hold what the uniform policy earned, of 6",
            Estimate(covered, covered, covered, 6),
            Better.UP,
            6,
        ),
    ]
    name = "obp 0.4.1" if oracle is not None else "an independent computation, obp not being installed"
    return Result(
        "push_offpolicy",
        "Off-policy estimates, Open Bandit",
        tuple(tables),
        goals=tuple(goals),
        notes=(f"The oracle is {name}.",),
        cases=cases,
    )


def _log(context: Context, policy: str, campaign: str) -> Logged:
    content = gzip.decompress(context.datasets.read(_SET, f"obd/{policy}/{campaign}/{campaign}.csv.gz"))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    return Logged(
        np.array([int(row["item_id"]) for row in rows], np.int64),
        np.array([float(row["click"]) for row in rows]),
        np.array([float(row["propensity_score"]) for row in rows]),
    )


def _table(campaign: str, log: Logged, truth: Logged, oracle: Any | None) -> tuple[Table, float, int]:
    actions = int(max(log.action.max(), truth.action.max())) + 1
    policy = np.full((len(log.action), actions), 1 / actions)
    expected = _expected(log, actions)
    earned = estimates(len(truth.reward), {"r": lambda w: ratio(w @ truth.reward, w.sum(axis=1))})["r"]
    w = weights(log, policy)
    ways: Mapping[str, tuple[Floats, Callable[[Floats], Floats]]] = {
        "IPS": (ips(log, policy), lambda b: ratio(b @ ips(log, policy), b.sum(axis=1))),
        "SNIPS": (snips(log, policy), lambda b: ratio(b @ (w * log.reward), b @ w)),
        "DR": (dr(log, policy, expected), lambda b: ratio(b @ dr(log, policy, expected), b.sum(axis=1))),
    }
    rows, worst, covered = [], 0.0, 0
    for name, (per_round, resampled) in ways.items():
        found = estimates(len(log.reward), {"r": resampled})["r"]
        other = _obp(oracle, name, log, policy, expected) if oracle is not None else _plain(name, log, policy, expected)
        off = abs(float(per_round.mean()) - other)
        worst, covered = max(worst, off), covered + (found.low <= earned.value <= found.high)
        cells: dict[str, Cell] = {
            "clicks per round": found,
            "uniform policy's own log": earned,
            "off the oracle by": f"{off:.1e}",
        }
        rows.append(Row(name, cells))
    naive = float(log.reward.mean())
    rows.append(Row("the log's mean, unweighted", {"clicks per round": naive}, Kind.TRIVIAL))
    note = f"{actions} items; the weights are worth {effective_rounds(log, policy):.0f} rounds of {len(log.action)}."
    return Table(f"{campaign}: uniform policy from Thompson sampling's log", COLUMNS, tuple(rows), note), worst, covered


def _expected(log: Logged, actions: int) -> Floats:
    """Each item's mean reward in the other half of the rounds, drawn to the mean of all by ten rounds."""
    table = np.zeros((len(log.action), actions))
    for half in (0, 1):
        other = np.arange(len(log.action)) % 2 != half
        sums = np.bincount(log.action[other], log.reward[other], actions)
        counts = np.bincount(log.action[other], minlength=actions)
        table[~other] = (sums + 10 * log.reward[other].mean()) / (counts + 10)
    return table


def _obp(oracle: Any, name: str, log: Logged, policy: Floats, expected: Floats) -> float:
    made = {
        "IPS": oracle.InverseProbabilityWeighting,
        "SNIPS": oracle.SelfNormalizedInverseProbabilityWeighting,
        "DR": oracle.DoublyRobust,
    }[name]()
    position: Ints = np.zeros(len(log.action), np.int64)
    more = {"estimated_rewards_by_reg_model": expected[:, :, None]} if name == "DR" else {}
    return float(
        made.estimate_policy_value(
            reward=log.reward,
            action=log.action,
            pscore=log.propensity,
            position=position,
            action_dist=policy[:, :, None],
            **more,
        )
    )


def _plain(name: str, log: Logged, policy: Floats, expected: Floats) -> float:
    """From the papers' formulas, round by round, without numpy's sums."""
    n = len(log.action)
    rounds = [(int(log.action[i]), float(log.reward[i]), float(log.propensity[i])) for i in range(n)]
    w = [float(policy[i, a]) / p for i, (a, _, p) in enumerate(rounds)]
    if name == "IPS":
        return fsum(w[i] * rounds[i][1] for i in range(n)) / n
    if name == "SNIPS":
        return fsum(w[i] * rounds[i][1] for i in range(n)) / fsum(w)
    direct = [fsum((policy[i] * expected[i]).tolist()) for i in range(n)]
    return fsum(direct[i] + w[i] * (rounds[i][1] - float(expected[i, rounds[i][0]])) for i in range(n)) / n
