"""The closed forms against independent computation, and the fits against populations whose parameters are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from assistant.members import lifetime
from assistant.members.gamma import hypergeometric, log_gamma
from assistant.members.lifetime import BgNbd, GammaGamma

CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)
"""The paper's estimates for the CDNOW buyers, in weeks (table 3)."""


def test_special_functions_are_those_of_scipy():
    values = np.geomspace(1e-3, 1e4, 200)
    assert log_gamma(values) == pytest.approx(special.gammaln(values), rel=1e-11, abs=1e-11)
    random = np.random.default_rng(1)
    a, b, c = random.uniform(0.1, 30, (3, 500))
    z = random.uniform(0, 0.95, 500)
    assert hypergeometric(a, b, c, z) == pytest.approx(special.hyp2f1(a, b, c, z), rel=1e-8)


def test_purchases_ahead_are_those_of_simulated_buyers():
    """The expectation given a history against the mean of what buyers with just that history went on to do."""
    random = np.random.default_rng(7)
    x, recency, age, later = simulated(random, 400_000, CDNOW, 39.0, 39.0)
    chosen = (x == 2) & (np.abs(recency - 30) < 2)
    expected = lifetime.purchases_ahead(CDNOW, 39.0, x[chosen], recency[chosen], age[chosen]).mean()
    error = later[chosen].std() / np.sqrt(chosen.sum())
    assert chosen.sum() > 1000
    assert later[chosen].mean() == pytest.approx(expected, abs=4 * error)
    known = lifetime.alive(CDNOW, x[chosen], recency[chosen], age[chosen])
    assert 0.5 < known.mean() < 1


def test_the_fit_finds_the_parameters():
    random = np.random.default_rng(3)
    x, recency, age, _ = simulated(random, 6_000, CDNOW, 39.0, 1.0)
    found = lifetime.fit_frequency(x, recency, age)
    assert lifetime.log_likelihood(found, x, recency, age) >= lifetime.log_likelihood(CDNOW, x, recency, age) - 1e-3
    assert found.r == pytest.approx(CDNOW.r, rel=0.25)
    assert found.alpha == pytest.approx(CDNOW.alpha, rel=0.35)


def test_amounts_are_drawn_towards_the_population():
    random = np.random.default_rng(5)
    truth = GammaGamma(6.25, 3.74, 15.44)
    x = random.integers(1, 8, 4_000).astype(float)
    rate = random.gamma(truth.q, 1 / truth.v, 4_000)
    mean = random.gamma(truth.p * x, 1 / (rate * x))
    found = lifetime.fit_amounts(x, mean)
    population = truth.p * truth.v / (truth.q - 1)
    assert found.p * found.v / (found.q - 1) == pytest.approx(population, rel=0.1)
    few, many = lifetime.amount_ahead(truth, np.array([1.0, 50.0]), np.array([100.0, 100.0]))
    assert population < few < many < 100


def test_too_few_buyers_say_nothing():
    few = np.ones(10)
    assert lifetime.fit_frequency(few, few, few * 2) is None
    assert lifetime.fit_amounts(few, few) is None


def simulated(random, number, model, observed, ahead):
    """Buyers' x, t_x, T after ``observed``, and what they bought in ``ahead`` after that."""
    rate = random.gamma(model.r, 1 / model.alpha, number)
    chance = random.beta(model.a, model.b, number)
    x, recency, later = np.zeros(number), np.zeros(number), np.zeros(number)
    at, living = np.zeros(number), np.ones(number, bool)
    while living.any():
        at = at + random.exponential(1 / np.maximum(rate, 1e-12))
        inside, after = living & (at <= observed), living & (at > observed) & (at <= observed + ahead)
        x[inside] += 1
        recency[inside] = at[inside]
        later[after] += 1
        living &= (at <= observed + ahead) & (random.random(number) >= chance)
    return x, recency, np.full(number, observed), later
