"""The two special functions that the lifetime models need, for arrays; and a minimiser that needs no derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
_SHIFT = 10
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def log_gamma(values: ArrayLike) -> F64:
    """The logarithm of the gamma function of positive numbers: Stirling's series, reached by recurrence (DLMF 5.11.1, 5.5.1)."""
    z = np.asarray(values, np.float64)
    product = np.ones_like(z)
    for step in range(_SHIFT):
        product = product * (z + step)
    shifted = z + _SHIFT
    series = sum(term / shifted ** (2 * at + 1) for at, term in enumerate(_STIRLING))
    return (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * np.log(2 * np.pi) + series - np.log(product)  # type: ignore[no-any-return]


def hypergeometric(a: F64, b: F64, c: F64, z: F64, terms: int = 5_000) -> F64:
    """Gauss's 2F1 for positive a, b, c and 0 <= z < 1 by its series (DLMF 15.2.1), whose terms are all positive, until none counts any
    more; elementwise."""
    term = np.ones_like(z)
    total = np.ones_like(z)
    for n in range(terms):
        term = term * (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total = total + term
        if np.all(term <= 1e-12 * total):
            break
    return total


def minimise(function: Callable[[F64], float], start: F64, steps: int = 600, tolerance: float = 1e-7) -> F64:
    """A point where ``function`` is small: Nelder and Mead's simplex (1965), from ``start``, shape (n,)."""
    size = len(start)
    simplex = np.vstack([start, start + 0.25 * np.eye(size)])
    values = np.array([function(point) for point in simplex])
    for _ in range(steps):
        order = np.argsort(values, kind="stable")
        simplex, values = simplex[order], values[order]
        if abs(values[-1] - values[0]) <= tolerance * (abs(values[0]) + tolerance):
            break
        centre = simplex[:-1].mean(axis=0)
        simplex, values = _moved(function, simplex, values, centre)
    return np.asarray(simplex[int(np.argmin(values))])


def _moved(function: Callable[[F64], float], simplex: F64, values: F64, centre: F64) -> tuple[F64, F64]:
    reflected = centre + (centre - simplex[-1])
    at_reflected = function(reflected)
    if at_reflected < values[0]:
        expanded = centre + 2 * (centre - simplex[-1])
        at_expanded = function(expanded)
        best = (expanded, at_expanded) if at_expanded < at_reflected else (reflected, at_reflected)
    elif at_reflected < values[-2]:
        best = (reflected, at_reflected)
    else:
        towards = reflected if at_reflected < values[-1] else simplex[-1]
        contracted = centre + 0.5 * (towards - centre)
        at_contracted = function(contracted)
        if at_contracted >= min(at_reflected, values[-1]):
            shrunk = simplex[0] + 0.5 * (simplex - simplex[0])
            return shrunk, np.array([function(point) for point in shrunk])
        best = (contracted, at_contracted)
    simplex[-1], values[-1] = best
    return simplex, values
