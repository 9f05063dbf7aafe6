"""The messages that speak for a group: those nearest to its middle, of different members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.types.content import Evidence, Said

SAMPLES: Final = 3


def samples(
    said: Sequence[Said], vectors: NDArray[np.float32], centre: NDArray[np.float32], most: int = SAMPLES
) -> tuple[Evidence, ...]:
    """At most ``most``, each as it was written; of one member twice only where there are no others."""
    near = np.round(vectors @ centre, 5) if len(said) else np.zeros(0)
    order = sorted(range(len(said)), key=lambda at: (-float(near[at]), said[at].at, said[at].id))
    first: list[int] = []
    seen: set[str] = set()
    for at in order:
        if said[at].member_id not in seen:
            seen.add(said[at].member_id)
            first.append(at)
    rest = [at for at in order if at not in set(first)]
    return tuple(Evidence(said[at].id, said[at].member_id, said[at].at, said[at].text) for at in (first + rest)[:most])
