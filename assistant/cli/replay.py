"""``assistant replay``: would the ranker have shown what members did next?"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from assistant.cli.screen import out
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.usecases.members.event_shapes import Bounds
from assistant.usecases.push.replaying import Figures, read_items, read_touches, replay_files
from assistant.wiring import build_embedder, has_faq

_LISTS = ("tags",)
_OBJECTS = ("properties",)


def replay(
    events: Annotated[Path, typer.Argument(help="Events as POST /v1/events takes them, one a line (JSONL) or CSV.")],
    items: Annotated[Path, typer.Argument(help="Items as PUT /v1/items takes them, one a line (JSONL) or CSV.")],
    since: Annotated[
        str | None, typer.Option("--from", help="Guess from this moment on; learn from what is before.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Guess until before this moment.")] = None,
    k: Annotated[int, typer.Option("--k", min=1, max=100, help="How many items are shown.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Hit rate and mean reciprocal rank of the next unseen item, beside decayed popularity. Needs no database."""
    settings, now = load_settings(), datetime.now(UTC)
    bounds = Bounds(settings.limits.text_chars, datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    known = read_items(_records(items, "items"), now)
    touches = read_touches(_records(events, "events"), bounds)
    embedder = build_embedder(settings) if has_faq() else None
    figures = replay_files(known, touches, embedder, _moment(since, "from"), _moment(until, "to"), k)
    if as_json:
        out.print_json(json.dumps({name: getattr(figures, name) for name in Figures.__dataclass_fields__}))
    else:
        _print(figures, k)


def _print(figures: Figures, k: int) -> None:
    table = Table("", f"HR@{k}", f"MRR@{k}", box=box.SIMPLE)
    table.add_row(f"ranker {figures.policy_version}", f"{figures.hits:.4f}", f"{figures.reciprocal:.4f}")
    popular = f"popularity, {figures.scale_h:g} h"
    table.add_row(popular, f"{figures.popular_hits:.4f}", f"{figures.popular_reciprocal:.4f}")
    out.print(table)
    out.print(f"{figures.guesses} guesses of the next unseen item.")


def _moment(given: str | None, name: str) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(field=f"--{name}", problem="is not a date or a time as 2026-11-28T09:00:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _records(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """Raises: InvalidInput, with the line."""
    if not path.is_file():
        raise InvalidInput(field=name, problem=f"{path} is not a file")
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            if path.suffix.lower() == ".csv":
                yield from (_typed(row, name, at) for at, row in enumerate(csv.DictReader(source)))
                return
            for number, line in enumerate(source, 1):
                if line.strip():
                    yield _object(line, f"{name} line {number}")
    except UnicodeDecodeError:
        raise InvalidInput(field=name, problem=f"is not UTF-8 (after line {number})") from None
    except csv.Error as error:
        raise InvalidInput(field=name, problem=f"is not CSV: {error}") from None


def _object(line: str, field: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput(field=field, problem="is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidInput(field=field, problem="is not an object")
    return found


def _typed(row: dict[str, Any], name: str, at: int) -> dict[str, Any]:
    given = {key: value for key, value in row.items() if key and value not in ("", None)}
    for key in _LISTS:
        if key in given:
            given[key] = [part.strip() for part in given[key].split(";") if part.strip()]
    for key in _OBJECTS:
        if key in given:
            given[key] = _object(given[key], f"{name}[{at}].{key}")
    return given
