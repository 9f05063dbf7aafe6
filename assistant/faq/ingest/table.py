"""Rows of a table as entries, by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.faq.ingest.columns import find_columns
from assistant.faq.ingest.document import Defaults, IngestLimits, over
from assistant.faq.ingest.languages import read_tag
from assistant.faq.ingest.tidying import tidy
from assistant.faq.ingest.values import read_date, read_last, read_roles, read_several
from assistant.types.faq import Entry

HEADER_WITHIN = 10
"""Rows above the one that names the columns: titles and notes."""
MISSING = "has no row that names its columns: it needs a question and an answer column (問題 and 答案)"
Row = tuple[int, Sequence[str]]
"""Its number as a spreadsheet shows it, and its cells."""


@dataclass(slots=True)
class TableReader:
    """Collects the entries of a document's tables."""

    name: str
    defaults: Defaults
    limits: IngestLimits
    entries: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _chars: int = 0

    def read(self, rows: Iterable[Row], *, headings: tuple[str, ...] = (), where: str = "") -> bool:
        """Whether a row named the columns, so that those after it were read. ``where`` names the sheet in warnings. Raises: TooLarge."""
        remaining = iter(rows)
        columns = _header(remaining)
        for number, cells in remaining:
            if columns:
                self._add(_Cells(cells, columns), headings, f"{where}row {number}")
        return bool(columns)

    def _add(self, cells: _Cells, headings: tuple[str, ...], place: str) -> None:
        question, answer = cells.text("question"), cells.text("answer")
        if not question and not answer:
            return
        try:
            entry = self._entry(cells, question, answer, headings, place)
        except ValueError as error:
            self.warnings.append(f"{place} is left out: {error}")
            return
        if len(self.entries) >= self.limits.entries:
            raise over(self.name, self.limits.entries, "entries")
        self._chars += sum(map(len, (*entry.utterances, entry.answer)))
        if self._chars > self.limits.chars:  # a workbook says a text once, and any number of cells show it
            raise over(self.name, self.limits.chars, "characters")
        self.entries.append(entry)

    def _entry(self, cells: _Cells, question: str, answer: str, headings: tuple[str, ...], place: str) -> Entry:
        """Raises: ValueError, saying what is wrong with the row."""
        valid_from, valid_to = self._dates(cells)
        heading = cells.text("heading")
        return Entry(
            id=self._id(cells),
            language=self._language(cells, place),
            question=self._short("question", question, self.limits.question_chars),
            answer=self._answer(answer),
            alternatives=self._alternatives(cells, question, place),
            title=cells.text("title") or question or heading,
            source=cells.text("source") or self.defaults.source or self.name,
            headings=(*headings, heading) if heading else headings,
            valid_from=valid_from,
            valid_to=valid_to,
            roles=read_roles(cells.text("roles")) or self.defaults.roles,
        )

    def _id(self, cells: _Cells) -> str:
        given = self._short("id", cells.text("id"), 200)
        if given and given in self._ids:
            raise ValueError(f"its id {given!r} is another row's too")
        self._ids.add(given)
        return given

    def _language(self, cells: _Cells, place: str) -> str:
        given = cells.text("language")
        try:
            return read_tag(given) if given else self.defaults.language
        except ValueError as error:
            self.warnings.append(f"{place}: {error}; it is detected")
            return self.defaults.language

    def _answer(self, answer: str) -> str:
        if not answer:
            raise ValueError("it has no answer")
        return self._short("answer", answer, self.limits.answer_chars)

    def _alternatives(self, cells: _Cells, question: str, place: str) -> tuple[str, ...]:
        several = (one for cell in cells.every("alternatives") for one in read_several(cell))
        found = tuple(dict.fromkeys(self._short("alternative", one, self.limits.question_chars) for one in several))
        found = tuple(one for one in found if one != question)
        if len(found) > self.limits.alternatives:
            self.warnings.append(f"{place}: only the first {self.limits.alternatives} other ways to ask are kept")
        return found[: self.limits.alternatives]

    def _dates(self, cells: _Cells) -> tuple[datetime | None, datetime | None]:
        begins, ends = cells.text("valid_from"), cells.text("valid_to")
        valid_from = read_date(begins, self.defaults.zone) if begins else self.defaults.valid_from
        valid_to = read_last(ends, self.defaults.zone) if ends else self.defaults.valid_to
        if valid_from and valid_to and valid_from >= valid_to:
            raise ValueError("it ends before it begins")
        return valid_from, valid_to

    def _short(self, what: str, text: str, limit: int) -> str:
        if len(text) > limit:
            raise ValueError(f"its {what} has more than {limit:,} characters")
        return text


@dataclass(frozen=True, slots=True)
class _Cells:
    cells: Sequence[str]
    columns: Mapping[str, Sequence[int]]

    def text(self, column: str) -> str:
        return next(iter(self.every(column)), "")

    def every(self, column: str) -> list[str]:
        return [tidy(self.cells[at]) for at in self.columns.get(column, ()) if at < len(self.cells)]


def _header(rows: Iterator[Row]) -> Mapping[str, Sequence[int]]:
    """The columns of the first row that names them; the rows up to it are used up."""
    looked = 0
    for _, cells in rows:
        if columns := find_columns(cells):
            return columns
        looked += any(cell.strip() for cell in cells)
        if looked >= HEADER_WITHIN:
            break
    return {}


def in_words(rows: Sequence[Sequence[str]]) -> str:
    """A table of something else as lines: each row with the names of its columns, where the first row names them all."""
    filled = [row for row in rows if any(row)]
    header = filled[0] if filled else []
    if len(filled) < 2 or len(header) < 2 or not all(header):
        return "\n".join(" ".join(cell for cell in row if cell) for row in filled)
    colon, between = (": ", "; ") if "".join(header).isascii() else ("：", "；")
    named = ([f"{name}{colon}{cell}" for name, cell in zip(header, row, strict=False) if cell] for row in filled[1:])
    return "\n".join(between.join(cells) for cells in named)
