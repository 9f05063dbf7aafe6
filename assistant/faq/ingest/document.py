"""What is read of a document, within which limits, and how it says that it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from assistant.errors import InvalidInput, TooLarge
from assistant.types.faq import Entry

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestLimits:
    """Of one document. ``unpacked_bytes`` and ``packed_files`` hold for what a zip archive (Excel, Word) becomes, ``part_bytes`` for one
    file in it; ``passage_chars`` is how long a passage gets, in Chinese characters or two and a half letters each; ``answer_chars`` how
    long the answer to one question may be; ``seconds`` how long reading may take."""

    bytes: int = 20 * MEBIBYTE
    unpacked_bytes: int = 100 * MEBIBYTE
    part_bytes: int = 32 * MEBIBYTE
    packed_files: int = 5_000
    chars: int = 5_000_000
    entries: int = 20_000
    pages: int = 2_000
    seconds: float = 120.0
    passage_chars: int = 500
    question_chars: int = 1_000
    answer_chars: int = 20_000
    alternatives: int = 50
    warnings: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for every entry of a document that does not say otherwise itself. Dates without a zone are in ``zone``."""

    language: str = ""
    source: str = ""
    roles: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``warnings`` say what was left out or looks wrong, a sentence each."""

    title: str
    language: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()


def unreadable(name: str, problem: str, limit: int | float | str | None = None) -> InvalidInput:
    """The document ``name`` will not do."""
    return InvalidInput(field=name, problem=problem, limit=limit)


def over(name: str, limit: int, what: str) -> TooLarge:
    """The document ``name`` has more than ``limit`` of ``what``."""
    shown = f"{limit // MEBIBYTE} MiB" if what.startswith("bytes") and limit >= MEBIBYTE else f"{limit:,}"
    return TooLarge(field=name, limit=f"{shown} {what.removeprefix('bytes').strip()}".strip())
