"""The estimators are the papers' formulas, and find the truth where they may."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.push.offpolicy import Logged, dr, effective_rounds, ips, snips


def logged(seed, n=4000, actions=5):
    rng = np.random.default_rng(seed)
    behaviour = rng.dirichlet(np.ones(actions), n) * 0.8 + 0.2 / actions
    truth = rng.uniform(0.05, 0.6, actions)
    action = np.array([rng.choice(actions, p=row) for row in behaviour])
    reward = (rng.random(n) < truth[action]).astype(float)
    policy = np.tile(rng.dirichlet(np.ones(actions)), (n, 1))
    return Logged(action, reward, behaviour[np.arange(n), action]), policy, truth


@given(st.integers(0, 50))
@settings(max_examples=8, deadline=None)
def test_estimates_find_the_value_of_a_policy_that_never_ran(seed):
    log, policy, truth = logged(seed)
    value = float(policy[0] @ truth)
    expected = np.tile(truth + 0.1, (len(log.action), 1))
    for per_round in (ips(log, policy), snips(log, policy), dr(log, policy, expected)):
        error = per_round.std() / len(per_round) ** 0.5
        assert abs(per_round.mean() - value) < 5 * error + 1e-9


def test_by_hand():
    log = Logged(np.array([0, 1, 1]), np.array([1.0, 0.0, 1.0]), np.array([0.5, 0.25, 0.5]))
    policy = np.array([[0.2, 0.8]] * 3)
    w = [0.4, 3.2, 1.6]
    assert ips(log, policy).mean() == pytest.approx((w[0] + w[2]) / 3, abs=1e-12)
    assert snips(log, policy).mean() == pytest.approx((w[0] + w[2]) / sum(w), abs=1e-12)
    q = np.array([[0.3, 0.4]] * 3)
    direct = 0.2 * 0.3 + 0.8 * 0.4
    by_hand = direct + (w[0] * 0.7 + w[1] * -0.4 + w[2] * 0.6) / 3
    assert dr(log, policy, q).mean() == pytest.approx(by_hand, abs=1e-12)
    assert effective_rounds(log, policy) == pytest.approx(sum(w) ** 2 / sum(x * x for x in w))


def test_wrong_logs_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Logged(np.array([0]), np.array([1.0, 0.0]), np.array([0.5]))
    with pytest.raises(ValueError, match="over 0"):
        Logged(np.array([0]), np.array([1.0]), np.array([0.0]))
