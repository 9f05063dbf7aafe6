"""The production flow as the tasks use it: texts in, arrays of scores and actions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from assistant.types import (
    Action,
    Advertising,
    Decision,
    Finding,
    Label,
    Message,
    ModelRef,
    Policy,
    PolicyRef,
    Purpose,
    Thresholds,
)
from eval.datasets import Datasets
from eval.metrics import Flags, Floats, Ints
from eval.readings import THRESHOLD

BATCH = 256
LABELS = tuple(Label)
_COLUMN = {label: i for i, label in enumerate(LABELS)}
_SEED = 7
Case = TypeVar("Case")


class Screens(Protocol):
    """What production screens with: ``assistant.moderation.flow.Screener``."""

    def screen_batch(self, messages: Sequence[Message]) -> list[Decision]: ...


@dataclass(frozen=True, slots=True)
class Screened:
    """Decisions on n texts: ``scores`` has shape (n, labels), ``severity`` (n,) holds ``Action.severity``."""

    scores: Floats
    severity: Ints
    findings: tuple[tuple[Finding, ...], ...]

    def highest(self, labels: Iterable[str]) -> Floats:
        """The highest score among ``labels`` of each text."""
        columns = [_COLUMN[Label(label)] for label in labels]
        return np.asarray(self.scores[:, columns].max(axis=1, initial=0.0))

    def over(self, labels: Iterable[str]) -> Flags:
        """The one binary rule; see ``eval.readings``."""
        return self.highest(labels) >= THRESHOLD

    def reaches(self, action: Action) -> Flags:
        return np.asarray(self.severity >= action.severity)


class Broken(RuntimeError):
    """A stage of screening fails on everything: nothing measured now would mean anything."""


class Flow:
    """A screener, with progress told after each batch. ``degraded`` counts decisions of which a stage failed: none may."""

    def __init__(self, screener: Screens, tell: Callable[[int], None] | None = None) -> None:
        self._screener = screener
        self._tell = tell
        self.refs: tuple[PolicyRef, ModelRef] | None = None
        self.degraded = 0

    def screen(
        self,
        texts: Sequence[str],
        purpose: Purpose = Purpose.CHAT,
        advertising: Sequence[Advertising] | None = None,
    ) -> Screened:
        """``advertising`` says of each text where it is shown and what for.

        Raises:
        Broken: every decision of a batch was degraded.
        """
        decisions: list[Decision] = []
        where = advertising or [Advertising()] * len(texts)
        messages = [Message(text, purpose=purpose, advertising=its) for text, its in zip(texts, where, strict=True)]
        for start in range(0, len(texts), BATCH):
            block = messages[start : start + BATCH]
            decisions += _whole(self._screener.screen_batch(block))
            if self._tell:
                self._tell(len(block))
        if decisions:
            self.refs = decisions[0].policy, decisions[0].model
        self.degraded += sum(bool(d.degraded) for d in decisions)
        scores = np.array([[d.scores.get(label, 0.0) for label in LABELS] for d in decisions], dtype=float)
        return Screened(
            scores=scores.reshape(len(decisions), len(LABELS)),
            severity=np.array([d.action.severity for d in decisions], dtype=np.int64),
            findings=tuple(d.findings for d in decisions),
        )


def _whole(decisions: list[Decision]) -> list[Decision]:
    if len(decisions) > 1 and all(decision.degraded for decision in decisions):
        raise Broken(f"a stage of screening fails on every text: {', '.join(decisions[0].degraded)}")
    return decisions


@dataclass(frozen=True, slots=True)
class Context:
    """What every task is given. ``flow`` judges by the shipped demo policy; ``probe`` shows the findings of every label from the
    threshold of ``eval.readings`` on. ``own`` is the folder of the rows that this project wrote itself.
    """

    datasets: Datasets
    flow: Flow
    probe: Flow
    own: Path
    limit: int | None = None

    def cases(self, cases: Sequence[Case]) -> list[Case]:
        """All ``cases``, or ``limit`` of them drawn with a fixed seed, in their order."""
        if self.limit is None or len(cases) <= self.limit:
            return list(cases)
        chosen = np.random.default_rng(_SEED).choice(len(cases), self.limit, replace=False)
        return [cases[i] for i in sorted(chosen)]


def probe_policy() -> Policy:
    """Every label reviewed from the threshold of ``eval.readings`` on, so that all its findings are shown."""
    return Policy(id="eval-probe", version=1, thresholds={label: Thresholds(review=THRESHOLD) for label in Label})
