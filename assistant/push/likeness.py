"""Which items go together in a catalogue that hardly changes, in closed form (EASE: Steck, WWW 2019)."""

from __future__ import annotations

import numpy as np

from assistant.push.rows import F64

MOST_ITEMS = 20_000
"""The closed form inverts a matrix of items by items: beyond this the memory of one machine is better spent otherwise."""


def item_weights(touched: F64, ridge: float) -> F64:
    """From members by items (1 for a touch, else 0) the weights of shape (items, items), its diagonal 0; a member's scores are their
    row times these.

    Raises:
        ValueError: more than ``MOST_ITEMS`` items, or a ``ridge`` that is not over 0.
    """
    if touched.shape[1] > MOST_ITEMS:
        raise ValueError(f"{touched.shape[1]} items, at most {MOST_ITEMS} are possible")
    if ridge <= 0:
        raise ValueError("ridge has to be over 0")
    gram = touched.T @ touched
    gram[np.diag_indices_from(gram)] += ridge
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights)
