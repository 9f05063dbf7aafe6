"""``assistant moderate FILE``: screens a file without a running service."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from assistant.cli.explain import explain
from assistant.cli.records import Format, Record, read_records
from assistant.cli.resume import Resumed, resume
from assistant.cli.screen import err, progress
from assistant.errors import AssistantError, ConfigurationError, InvalidInput
from assistant.moderation.flow import Screener
from assistant.moderation.policy import read_policy_file
from assistant.settings import LimitSettings, load_settings
from assistant.types import Action, Decision
from assistant.usecases.identity import new_decision_id
from assistant.usecases.rendering import render_decision
from assistant.usecases.request import ModerateRequest, read_record
from assistant.wiring import build_screener, community_policy

CHUNK = 256
_LONE = re.compile("[\ud800-\udfff]")


def moderate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines, CSV or plain lines; - is standard input.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write JSON lines; - is standard output.")
    ] = Path("-"),
    policy: Annotated[
        Path | None, typer.Option(help="A policy file, JSON or TOML, in place of the shipped one.")
    ] = None,
    community: Annotated[str | None, typer.Option(help="Use this community's policy (needs the database).")] = None,
    exit_on: Annotated[Action, typer.Option(help="The least action that makes the exit code 1.")] = Action.BLOCK,
    input_format: Annotated[Format, typer.Option("--format", help="How to read FILE.")] = Format.AUTO,
    ignore_unknown: Annotated[bool, typer.Option(help="Drop fields that are not part of a request.")] = False,
) -> None:
    """Screen a file of messages.

    Writes one JSON line per message, in order: the answer of POST /v1/moderate with the message's id as input_id, or an error.
    A run that was stopped goes on where it stopped. Nothing is stored.

    Exit code: 0 clean, 1 something reached --exit-on, 2 usage, 3 some lines failed, 4 cannot start.
    """
    if policy and community:
        raise InvalidInput(field="--policy", problem="cannot be combined with --community")
    if str(file) != "-" and not file.is_file():
        raise InvalidInput(field="FILE", problem=f"{file} is not a file")
    if str(file) != "-" and output.exists() and output.samefile(file):
        raise InvalidInput(field="--output", problem="is FILE itself")
    settings = load_settings()
    chosen = read_policy_file(policy) if policy else community_policy(settings, community) if community else None
    screener = build_screener(settings, chosen)
    before = resume(output) if str(output) != "-" else Resumed()
    before.check_judge(screener.policy, screener.model)
    if before.done:
        err.print(f"going on after {before.done} finished lines in {output}")
    with _source(file) as source, _sink(output) as sink:
        records = read_records(source, input_format, file.name)
        tally = _run(screener, settings.limits, before.skip(records), sink, before, ignore_unknown, _count(file))
    err.print(tally.summary())
    raise typer.Exit(tally.exit_code(exit_on))


def _run(
    screener: Screener,
    limits: LimitSettings,
    records: Iterator[Record],
    sink: IO[str],
    tally: Resumed,
    ignore_unknown: bool,
    total: int | None,
) -> Resumed:
    with progress() as bar:
        task = bar.add_task("screening", total=total, completed=tally.done)
        while chunk := list(islice(records, CHUNK)):
            for answer in _screen(screener, limits, chunk, ignore_unknown):
                sink.write(_line(answer))
                tally.add(answer)
            sink.flush()
            bar.advance(task, len(chunk))
    return tally


def _screen(
    screener: Screener, limits: LimitSettings, chunk: list[Record], ignore_unknown: bool
) -> list[dict[str, Any]]:
    read = [_read(record, limits, ignore_unknown) for record in chunk]
    requests = [one for one in read if isinstance(one, ModerateRequest)]
    messages = [request.message() for request in requests]
    began = time.perf_counter()
    decisions: Iterator[Decision] = iter(screener.screen_batch(messages))
    each_ms = (time.perf_counter() - began) * 1000 / max(1, len(messages))
    message = iter(messages)
    answers = []
    for record, one in zip(chunk, read, strict=True):
        head = {"input_id": record.input_id, "line": record.line}
        if isinstance(one, AssistantError):
            answers.append(head | {"error": {"field": one.field, "limit": one.limit, "detail": explain(one)}})
        else:
            answers.append(head | render_decision(new_decision_id(), next(decisions), next(message), each_ms))
    return answers


def _read(record: Record, limits: LimitSettings, ignore_unknown: bool) -> ModerateRequest | AssistantError:
    if record.problem:
        return InvalidInput(field="line", problem=record.problem)
    fields = record.fields
    if ignore_unknown:
        fields = {name: value for name, value in fields.items() if name in ModerateRequest.model_fields}
    try:
        return read_record(fields, limits)
    except InvalidInput as error:
        return error


def _line(answer: dict[str, Any]) -> str:
    """One line of JSON that any stream can take: an id may hold half of a surrogate pair, which is then written escaped."""
    line = json.dumps(answer, ensure_ascii=False)
    return (line if line.isascii() or not _LONE.search(line) else json.dumps(answer)) + "\n"


def _source(file: Path) -> IO[bytes]:
    return sys.stdin.buffer if str(file) == "-" else file.open("rb")


def _sink(output: Path) -> IO[str]:
    if str(output) == "-":
        return sys.stdout
    try:
        return output.open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {output}: {error.strerror}") from None


def _count(file: Path) -> int | None:
    """About how many records the file has, for the progress bar."""
    if str(file) == "-":
        return None
    with file.open("rb") as source:
        return sum(1 for line in source if line.strip())
