"""What a member will still buy: BG/NBD for how often, Gamma-Gamma for how much.

Fader, Hardie, Lee: "Counting Your Customers" the Easy Way (Marketing Science 24, 2005); Fader, Hardie: The Gamma-Gamma Model of Monetary
Value (2013). Times are in days. A member's frequency x counts days with a purchase after the first; recency t_x is the days from the first
to the last; T from the first until now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.members.gamma import F64, hypergeometric, log_gamma, minimise

LEAST_BUYERS = 50
"""Fewer say too little to fit anything to."""
_LIMIT = 12.0


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Purchases come at rates spread by a gamma of shape ``r`` and rate ``alpha``; after each, members drop out by chances spread by a
    beta of ``a`` and ``b``."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A purchase's amount is gamma of shape ``p``, its rate spread by a gamma of shape ``q`` and rate ``v``."""

    p: float
    q: float
    v: float


def fit_frequency(x: F64, recency: F64, age: F64) -> BgNbd | None:
    """The likeliest parameters for buyers of these numbers, shape (buyers,) each; ``None`` for fewer than ``LEAST_BUYERS``, or where
    nobody bought twice."""
    if len(x) < LEAST_BUYERS or not x.any():
        return None
    start = np.log(np.array([1.0, max(1.0, float(age.mean()) / 2), 1.0, 2.0]))
    found = minimise(lambda point: -_likelihood(point, x, recency, age), start)
    r, alpha, a, b = (float(value) for value in np.exp(np.clip(found, -_LIMIT, _LIMIT)))
    return BgNbd(r, alpha, a, b)


def log_likelihood(model: BgNbd, x: F64, recency: F64, age: F64) -> float:
    """Of all these buyers together (equation 6)."""
    return _likelihood(np.log([model.r, model.alpha, model.a, model.b]), x, recency, age) * len(x)


def _likelihood(point: F64, x: F64, recency: F64, age: F64) -> float:
    if np.abs(point).max() > _LIMIT:
        return -1e12
    r, alpha, a, b = np.exp(point)
    rate = log_gamma(r + x) - log_gamma(r) + r * np.log(alpha)
    drop = log_gamma(a + b) + log_gamma(b + x) - log_gamma(b) - log_gamma(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency), -np.inf)
    return float(np.mean(rate + drop + np.logaddexp(alive, gone)))


def alive(model: BgNbd, x: F64, recency: F64, age: F64) -> F64:
    """The probability that each still buys at all, in [0, 1]; 1 for whoever bought but once (the model lets nobody drop out before)."""
    odds = model.a / (model.b + np.maximum(x, 1) - 1) * ((model.alpha + age) / (model.alpha + recency)) ** (model.r + x)
    return np.asarray(1 / (1 + np.where(x > 0, odds, 0.0)))


def purchases_ahead(model: BgNbd, days: float, x: F64, recency: F64, age: F64) -> F64:
    """Expected days with a purchase in the next ``days`` (equation 10)."""
    a = model.a if abs(model.a - 1) > 1e-6 else 1 + 1e-6
    z = np.asarray(days / (model.alpha + age + days))
    ones = np.ones_like(z)
    series = hypergeometric((model.r + x) * ones, (model.b + x) * ones, (a + model.b + x - 1) * ones, z)
    share = ((model.alpha + age) / (model.alpha + age + days)) ** (model.r + x)
    return (a + model.b + x - 1) / (a - 1) * (1 - share * series) * alive(model, x, recency, age)


def fit_amounts(x: F64, mean: F64) -> GammaGamma | None:
    """From the buyers with repeat purchases (``x`` > 0) and their mean amounts; ``None`` for fewer than ``LEAST_BUYERS`` of them."""
    chosen = (x > 0) & (mean > 0)
    if int(chosen.sum()) < LEAST_BUYERS:
        return None
    x, mean = x[chosen], mean[chosen]
    scale = float(mean.mean())
    found = minimise(lambda point: -_amounts_likelihood(point, x, mean / scale), np.log(np.array([2.0, 3.0, 2.0])))
    p, q, v = (float(value) for value in np.exp(np.clip(found, -_LIMIT, _LIMIT)))
    return GammaGamma(p, q, v * scale)


def _amounts_likelihood(point: F64, x: F64, mean: F64) -> float:
    if np.abs(point).max() > _LIMIT:
        return -1e12
    p, q, v = np.exp(point)
    each = log_gamma(p * x + q) - log_gamma(p * x) - log_gamma(q) + q * np.log(v) + (p * x - 1) * np.log(mean)
    return float(np.mean(each + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)))


def amount_ahead(model: GammaGamma, x: F64, mean: F64) -> F64:
    """The expected amount of each one's next purchases; for whoever bought but once the population's."""
    weight = model.p * x + model.q - 1
    return np.asarray(np.where(weight > 0, model.p * (model.v + x * mean) / np.where(weight > 0, weight, 1.0), mean))
