"""A document's blocks as entries: questions with their answers where it asks, else passages that keep their headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.faq.ingest.blocks import Block, Closed, Heading, Rows, Text
from assistant.faq.ingest.document import Defaults, IngestLimits, over
from assistant.faq.ingest.questions import asks, pairs, without_answer_mark, without_mark
from assistant.faq.ingest.splitting import split
from assistant.faq.ingest.table import TableReader, in_words
from assistant.faq.ingest.tidying import measure, one_line, tidy
from assistant.types.faq import Entry

WHOLE_ANSWER = 4
"""An answer of up to so many passages' length stays one entry."""


@dataclass(slots=True)
class Reader:
    """Takes the blocks of one document in order; ``entries`` and ``warnings`` are complete after ``finish``."""

    name: str
    title: str
    defaults: Defaults
    limits: IngestLimits
    entries: list[Entry] = field(default_factory=list)
    _path: list[Heading] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _tables: TableReader = field(init=False)

    def __post_init__(self) -> None:
        self._tables = TableReader(self.name, self.defaults, self.limits, self.entries)

    @property
    def warnings(self) -> list[str]:
        return self._tables.warnings

    def read(self, blocks: Iterable[Block]) -> None:
        """Raises: TooLarge."""
        chars = 0
        for block in blocks:
            if isinstance(block, Text):
                chars += len(block.text)
                self._texts.append(tidy(block.text))
            elif isinstance(block, Rows):
                chars += sum(len(cell) for row in block.rows for cell in row)
                self._rows([[one_line(cell) for cell in row] for row in block.rows])
            else:
                self._turn(block)
            if chars > self.limits.chars:
                raise over(self.name, self.limits.chars, "characters")
        self._flush()

    def _turn(self, block: Heading | Closed) -> None:
        self._flush()
        while self._path and self._path[-1].level >= block.level:
            self._path.pop()
        if isinstance(block, Heading) and (text := one_line(block.text)):
            self._path.append(Heading(text, block.level, block.asks))

    def _rows(self, rows: list[list[str]]) -> None:
        if not self._tables.read(enumerate(rows, start=1), headings=self._headings, where="table, "):
            self._texts.append(tidy(in_words(rows)))

    @property
    def _headings(self) -> tuple[str, ...]:
        return tuple(one.text for one in self._path)

    def _flush(self) -> None:
        """The section that ends here."""
        text = tidy("\n\n".join(one for one in self._texts if one))
        self._texts.clear()
        if not text:
            return
        last = self._path[-1] if self._path else None
        if last is not None and (last.asks or asks(last.text)):
            self._answer([without_mark(last.text)], without_answer_mark(text), self._headings[:-1])
            return
        before, marked = pairs(text)
        self._passages(before, self._headings)
        for questions, answer in marked:
            self._answer(questions, answer, self._headings)

    def _answer(self, questions: Sequence[str], text: str, headings: tuple[str, ...]) -> None:
        """The rest of an answer that is too long for one entry follows as passages under its question."""
        whole = len(text) <= self.limits.answer_chars and measure(text) <= WHOLE_ANSWER * self.limits.passage_chars
        first, *rest = [text] if whole else split(text, self.limits.passage_chars)
        asked, *others = (one_line(question)[: self.limits.question_chars] for question in questions)
        alternatives = tuple(dict.fromkeys(one for one in others if one != asked))[: self.limits.alternatives]
        self._add(self._entry(first, headings, question=asked, title=asked, alternatives=alternatives))
        for piece in rest:
            self._add(self._entry(piece, (*headings, asked), title=asked))

    def _passages(self, text: str, headings: tuple[str, ...]) -> None:
        for piece in split(text, self.limits.passage_chars) if text else ():
            self._add(self._entry(piece, headings, title=headings[-1] if headings else self.title))

    def _entry(
        self,
        answer: str,
        headings: tuple[str, ...],
        *,
        title: str,
        question: str = "",
        alternatives: tuple[str, ...] = (),
    ) -> Entry:
        defaults = self.defaults
        return Entry(
            id="",
            language=defaults.language,
            question=question,
            answer=answer,
            alternatives=alternatives,
            title=title,
            source=defaults.source or self.name,
            headings=headings,
            valid_from=defaults.valid_from,
            valid_to=defaults.valid_to,
            roles=defaults.roles,
        )

    def _add(self, entry: Entry) -> None:
        if len(self.entries) >= self.limits.entries:
            raise over(self.name, self.limits.entries, "entries")
        self.entries.append(entry)
