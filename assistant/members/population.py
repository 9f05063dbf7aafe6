"""What single members are measured against: the community's own quintiles, moves, lifetime models and odds of falling silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from assistant.members import churn, lifetime
from assistant.members.churn import Churn
from assistant.members.fold import rhythm_of
from assistant.members.gamma import F64
from assistant.members.lifetime import BgNbd, GammaGamma
from assistant.members.state import Spending, State

_QUINTILES = (20, 40, 60, 80)


@dataclass(frozen=True, slots=True)
class Edges:
    """Between the five parts of the community's buyers, four each: days since the last purchase, days with purchases, amount."""

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """``members`` were looked at; ``edges``, ``frequency`` and ``amounts`` by currency, where there are buyers enough."""

    members: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)
    edges: Mapping[str, Edges] = field(default_factory=dict)
    frequency: Mapping[str, BgNbd] = field(default_factory=dict)
    amounts: Mapping[str, GammaGamma] = field(default_factory=dict)
    churn: Churn | None = None


@dataclass(frozen=True, slots=True)
class Buying:
    """One member's purchases as the lifetime models count them, in days; ``mean`` is of the days after the first."""

    x: float
    recency: float
    age: float
    mean: float


def measure(states: Sequence[State], today: date) -> Population:
    """Of a sample of the community."""
    steps: Counter[str] = Counter()
    for state in states:
        steps.update(dict(state.steps))
    buyers: dict[str, list[Spending]] = {}
    for state in states:
        for currency, spent in state.spending.items():
            buyers.setdefault(currency, []).append(spent)
    models = {currency: _models(its, today) for currency, its in buyers.items()}
    examples = [one for state in states if (one := churn.example(state.recent, rhythm_of(state), today)) is not None]
    return Population(
        members=len(states),
        steps=steps,
        edges={currency: _edges(its, today) for currency, its in buyers.items() if len(its) >= lifetime.LEAST_BUYERS},
        frequency={currency: model for currency, (model, _) in models.items() if model is not None},
        amounts={currency: model for currency, (_, model) in models.items() if model is not None},
        churn=churn.learn(examples),
    )


def buying(spent: Spending, today: date) -> Buying:
    x = float(spent.days - 1)
    recency, age = float((spent.last - spent.first).days), float(max(0, (today - spent.first).days))
    return Buying(x, recency, max(age, recency), float(Decimal(spent.repeat_amount)) / x if x else 0.0)


def scores(edges: Edges, spent: Spending, today: date) -> tuple[int, int, int]:
    """Recency, frequency and monetary, 1 to 5 each, 5 the best."""
    return (
        5 - int(np.searchsorted(edges.recency, (today - spent.last).days, side="left")),
        1 + int(np.searchsorted(edges.frequency, spent.days, side="left")),
        1 + int(np.searchsorted(edges.monetary, float(Decimal(spent.amount)), side="left")),
    )


def _edges(its: Sequence[Spending], today: date) -> Edges:
    columns = (
        [(today - one.last).days for one in its],
        [one.days for one in its],
        [float(Decimal(one.amount)) for one in its],
    )
    return Edges(*(tuple(float(edge) for edge in np.percentile(column, _QUINTILES)) for column in columns))


def _models(its: Sequence[Spending], today: date) -> tuple[BgNbd | None, GammaGamma | None]:
    rows = [buying(one, today) for one in its]
    x, recency, age, mean = (np.array(column, np.float64) for column in zip(*map(_numbers, rows), strict=True))
    return lifetime.fit_frequency(x, recency, age), lifetime.fit_amounts(x, mean)


def _numbers(one: Buying) -> tuple[float, float, float, float]:
    return one.x, one.recency, one.age, one.mean


def value_ahead(
    population: Population, currency: str, spent: Spending, today: date, days: int
) -> tuple[float, float, float] | None:
    """Expected days with a purchase in the next ``days``, what each brings, and the odds of buying at all; ``None`` without models."""
    frequency, amounts = population.frequency.get(currency), population.amounts.get(currency)
    if frequency is None:
        return None
    one = buying(spent, today)
    x, recency, age, mean = (np.array([number]) for number in _numbers(one))
    count = float(lifetime.purchases_ahead(frequency, days, x, recency, age)[0])
    alive = float(lifetime.alive(frequency, x, recency, age)[0])
    each = _each(amounts, x, mean, spent)
    return count, each, alive


def _each(amounts: GammaGamma | None, x: F64, mean: F64, spent: Spending) -> float:
    if amounts is None:
        return float(Decimal(spent.amount)) / spent.days
    return float(lifetime.amount_ahead(amounts, x, mean)[0])


def today_of(moment: datetime) -> date:
    """The day of a moment in UTC, in which all days here are counted."""
    return moment.astimezone(UTC).date()
