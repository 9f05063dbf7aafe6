"""From logits to probabilities that may be believed."""

from __future__ import annotations

import numpy as np

from assistant.faq.lexical import Floats


def probabilities(entries: Floats, none: float, temperature: float) -> Floats:
    """The probability that each entry is the right one; with that of none of them they add up to 1 (temperature scaling: Guo et al., ICML
    2017)."""
    if not len(entries):
        return entries
    logits = np.append(entries, np.float32(none)).astype(np.float64) / temperature
    shares = np.exp(logits - logits.max())
    found: Floats = (shares[:-1] / shares.sum()).astype(np.float32)
    return found
