"""What a task gives back: tables of estimates, charts, goals. Plain data, written as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from eval.bootstrap import Estimate

Cell = Estimate | float | str | None
"""A measured figure, a published or trivial one, words, or nothing."""


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = ""


class Kind(StrEnum):
    OURS = "ours"
    TRIVIAL = "trivial"
    PUBLISHED = "published"


class Status(StrEnum):
    MEASURED = "measured"
    ABSENT = "absent"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: Mapping[str, Cell]
    kind: Kind = Kind.OURS


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` maps each column to the direction in which it is better; only those with a direction are checked for regressions."""

    title: str
    columns: Mapping[str, Better]
    rows: tuple[Row, ...]
    note: str = ""

    def estimate(self, column: str, row: int = 0) -> Estimate:
        """A measured cell; TypeError for any other."""
        cell = self.rows[row].cells[column]
        if not isinstance(cell, Estimate):
            raise TypeError(f"{column} of {self.rows[row].name} is not a measured figure")
        return cell


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one line: (recall, precision), or (mean score, share of positives)."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """``diagonal`` draws the line that a calibrated score follows. Both axes run from 0 to 1."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    diagonal: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar from 0 to 1 per entry."""

    title: str
    bars: tuple[tuple[str, Estimate], ...]
    better: Better = Better.UP


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that the project set itself to reach."""

    name: str
    estimate: Estimate
    better: Better
    reach: float

    @property
    def met(self) -> bool:
        value = self.estimate.value
        return value >= self.reach if self.better is Better.UP else value <= self.reach


@dataclass(frozen=True, slots=True)
class Result:
    """``status`` other than measured comes with the reason in ``notes``, and without tables."""

    task: str
    title: str
    tables: tuple[Table, ...] = ()
    charts: tuple[Curves | Bars, ...] = ()
    goals: tuple[Goal, ...] = ()
    notes: tuple[str, ...] = ()
    status: Status = Status.MEASURED
    about: str = ""
    cases: int = 0
    seconds: float = field(default=0.0, compare=False)

    def checked(self) -> Iterator[tuple[str, Estimate, Better]]:
        """Every figure of ours that has a direction, under the name that the baseline keeps it by."""
        for table in self.tables:
            for row in table.rows:
                for column, better in table.columns.items():
                    cell = row.cells.get(column)
                    if row.kind is Kind.OURS and better and isinstance(cell, Estimate):
                        yield f"{self.task} / {table.title} / {row.name} / {column}", cell, better
