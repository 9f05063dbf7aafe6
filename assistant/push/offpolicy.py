"""What another policy would have earned, from what this one logged.

IPS (Horvitz and Thompson 1952), SNIPS (Swaminathan and Joachims, NeurIPS 2015), DR (Dudík, Langford and Li, ICML 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.push.rows import F64, Ints


@dataclass(frozen=True, slots=True)
class Logged:
    """n rounds: the ``action`` taken, its ``reward``, and ``propensity``, the probability in (0, 1] that it was taken."""

    action: Ints
    reward: F64
    propensity: F64

    def __post_init__(self) -> None:
        """Raises:
        ValueError: lengths differ, or a propensity is not in (0, 1].
        """
        if not len(self.action) == len(self.reward) == len(self.propensity):
            raise ValueError("action, reward and propensity have to be of one length")
        if len(self.propensity) and not ((self.propensity > 0) & (self.propensity <= 1)).all():
            raise ValueError("a propensity has to be over 0 and at most 1")


def weights(log: Logged, policy: F64) -> F64:
    """w = pi_e / pi_b of each round; ``policy`` has shape (n, actions), each row the new policy's probabilities."""
    return np.asarray(policy[np.arange(len(log.action)), log.action] / log.propensity)


def ips(log: Logged, policy: F64) -> F64:
    """Per round; the estimate is the mean."""
    return np.asarray(weights(log, policy) * log.reward)


def snips(log: Logged, policy: F64) -> F64:
    """Per round, so that the mean is sum(w r) / sum(w)."""
    w = weights(log, policy)
    return np.asarray(w * log.reward / w.mean())


def dr(log: Logged, policy: F64, expected: F64) -> F64:
    """Per round; ``expected`` has shape (n, actions): a model's rewards, fitted on other rounds than these."""
    taken = expected[np.arange(len(log.action)), log.action]
    return np.asarray((policy * expected).sum(axis=1) + weights(log, policy) * (log.reward - taken))


def self_normalised(w: F64, reward: F64) -> float:
    """SNIPS of weights that are there already: sum(w r) / sum(w)."""
    return float((w * reward).sum() / w.sum())


def effective_rounds(log: Logged, policy: F64) -> float:
    """Of how many rounds the estimate is really made."""
    return effective_rounds_of(weights(log, policy))


def effective_rounds_of(w: F64) -> float:
    """Kish's sample size of weights; 0 where there is none."""
    return float(w.sum() ** 2 / (w**2).sum()) if (w > 0).any() else 0.0
