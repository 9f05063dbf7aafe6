"""Arrays that grow by doubling, one row per item."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Ints = NDArray[np.int64]


def grown(array: F64, rows: int, fill: float = 0.0) -> F64:
    """``array`` itself where it has ``rows`` rows, else a copy with at least twice as many, the new ones filled."""
    if len(array) >= rows:
        return array
    wider = np.full((max(rows, 2 * len(array)), *array.shape[1:]), fill)
    wider[: len(array)] = array
    return wider
