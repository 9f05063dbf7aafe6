"""Comparing our scores with those of the service that is left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InvalidInput
from assistant.usecases.perspective import ATTRIBUTES


@dataclass(frozen=True, slots=True)
class LoggedComment:
    """A comment with the scores that Perspective gave it, by attribute, in [0, 1]."""

    text: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scored:
    """A comment with both services' scores by attribute."""

    text: str
    theirs: Mapping[str, float]
    ours: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Difference:
    text: str
    theirs: float
    ours: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """``rank_correlation`` is Spearman's in [-1, 1], ``None`` where one side is constant; ``flagged_share`` is the share of comments that
    ``their_threshold`` flags, which ``our_threshold`` flags too, ties aside."""

    attribute: str
    comments: int
    rank_correlation: float | None
    their_threshold: float | None
    flagged_share: float | None
    our_threshold: float | None
    largest: tuple[Difference, ...]

    def document(self) -> dict[str, Any]:
        return asdict(self)


def read_perspective_log(lines: Sequence[bytes]) -> list[LoggedComment]:
    """Comments from JSON lines; blank lines are none.

    Raises:
        InvalidInput: a line is not JSON, has no text or no known attribute; the error names the line.
    """
    rows = [_logged(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise InvalidInput(field="LOG", problem="holds no comments")
    return rows


def _logged(number: int, line: bytes) -> LoggedComment:
    try:
        row = json.loads(line)
        request = row.get("request", row)
        comment = request.get("comment")
        text = row.get("text") or (comment.get("text") if isinstance(comment, dict) else comment)
        scores = row.get("scores") or _summary_scores(row.get("response", row)["attributeScores"])
        known = {name: float(score) for name, score in scores.items() if name in ATTRIBUTES}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise InvalidInput(
            field=f"line {number}", problem='needs "text" and "scores", or Perspective\'s request and response'
        ) from None
    if not isinstance(text, str) or not text or not known:
        raise InvalidInput(field=f"line {number}", problem=f"needs a text and at least one of {', '.join(ATTRIBUTES)}")
    if not all(0 <= score <= 1 for score in known.values()):
        raise InvalidInput(field=f"line {number}", problem="holds a score that is not 0 to 1")
    return LoggedComment(text, known)


def _summary_scores(scores: Mapping[str, Any]) -> dict[str, float]:
    return {name: score["summaryScore"]["value"] for name, score in scores.items()}


def compare(rows: Sequence[Scored], thresholds: Mapping[str, float], largest: int) -> list[Comparison]:
    """One comparison per attribute that occurs, in Perspective's order."""
    return [
        _compare(name, rows, thresholds.get(name), largest)
        for name in ATTRIBUTES
        if any(name in row.theirs for row in rows)
    ]


def _compare(attribute: str, rows: Sequence[Scored], threshold: float | None, largest: int) -> Comparison:
    having = [row for row in rows if attribute in row.theirs]
    theirs = np.array([row.theirs[attribute] for row in having])
    ours = np.array([row.ours[attribute] for row in having])
    order = np.argsort(-np.abs(theirs - ours), kind="stable")[:largest]
    share = None if threshold is None else float((theirs >= threshold).mean())
    return Comparison(
        attribute=attribute,
        comments=len(having),
        rank_correlation=spearman(theirs, ours),
        their_threshold=threshold,
        flagged_share=share,
        our_threshold=None if share is None else threshold_for_share(ours, share),
        largest=tuple(Difference(having[i].text, float(theirs[i]), float(ours[i])) for i in order),
    )


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    """Spearman's rank correlation in [-1, 1], tied values sharing their mean rank; ``None`` if either side is constant."""
    ranks_a, ranks_b = _ranks(a), _ranks(b)
    if ranks_a.std() == 0 or ranks_b.std() == 0:
        return None
    return float(np.corrcoef(ranks_a, ranks_b)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2.0)[inverse]


def threshold_for_share(scores: NDArray[np.float64], share: float) -> float | None:
    """The highest threshold at or above which at least ``share`` of ``scores`` lie; ``None`` for a share of 0."""
    count = round(share * len(scores))
    if not count:
        return None
    return float(np.sort(scores)[-count])
