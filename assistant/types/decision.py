"""What goes out: findings, and the decision that a policy makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Declared from the mildest to the most severe; compare by ``severity``."""

    ALLOW = "allow"
    MASK = "mask"
    REVIEW = "review"
    HIDE = "hide"
    BLOCK = "block"

    @property
    def severity(self) -> int:
        return _SEVERITY[self]


_SEVERITY = {action: rank for rank, action in enumerate(Action)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to act.

    ``start`` and ``end`` count Unicode code points of the original text of ``field``, end exclusive; ``score`` is in [0, 1];
    ``source`` is ``rule:<list or rule id>``, ``model:<model id>``, ``judge:<model id>`` for a language model asked afterwards, or
    ``reply:<stance>:<message answered>`` where a reply takes on what it answers.
    """

    label: str
    score: float
    start: int
    end: int
    source: str
    field: str = "text"


@dataclass(frozen=True, slots=True)
class PolicyRef:
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class ModelRef:
    """``uncalibrated`` lists the labels whose scores had no calibration data."""

    id: str
    version: str
    uncalibrated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The judgement of one message under one policy.

    ``scores`` holds every label in [0, 1]; ``over`` maps the labels that reached a threshold to the action that each brings; ``reason`` is
    keyed by language; ``degraded`` is empty, or names the stages that failed (``model``, ``rules``; for a platform that waits, ``deadline``
    and ``store`` too).
    """

    action: Action
    scores: Mapping[str, float]
    findings: tuple[Finding, ...]
    over: Mapping[str, Action]
    masked_text: str
    reason: Mapping[str, str]
    detected_language: str
    language_supported: bool
    unscreened: tuple[str, ...]
    policy: PolicyRef
    model: ModelRef
    degraded: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        return self.action is not Action.ALLOW
