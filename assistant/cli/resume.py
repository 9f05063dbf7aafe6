"""Going on where a stopped run stopped: the output itself says how far it came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from assistant.cli.exits import Exit
from assistant.cli.records import Record
from assistant.errors import ConfigurationError, InvalidInput
from assistant.types import Action, ModelRef, Policy

_BEGINNING = b'{"input_id": '
"""How every line begins that this command writes."""


@dataclass(slots=True)
class Resumed:
    """What has been written so far: records done, failed ones, actions taken, and the last record's place."""

    done: int = 0
    failed: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    last_line: int = 0
    last_id: Any = None
    judged_by: Any = None
    """Policy and model of the last decision."""

    def add(self, answer: dict[str, Any]) -> None:
        self.done += 1
        self.last_line, self.last_id = answer["line"], answer["input_id"]
        if "error" in answer:
            self.failed += 1
        else:
            self.actions[answer["action"]] += 1
            self.judged_by = [answer["policy"], answer["model"]["id"], answer["model"]["version"]]

    def check_judge(self, policy: Policy, model: ModelRef) -> None:
        """InvalidInput if what is there was decided by another policy or model, so that no file mixes two."""
        now = [{"id": policy.id, "version": policy.version}, model.id, model.version]
        if self.judged_by is not None and self.judged_by != now:
            raise InvalidInput(
                field="--output", problem="holds answers of another policy or model; remove it or name another"
            )

    def skip(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records after those already done.

        Raises:
            InvalidInput: the output belongs to another input.
        """
        last_line, last_id, todo = self.last_line, self.last_id, self.done
        for record in records:
            if todo:
                todo -= 1
                if not todo and (record.line, record.input_id) != (last_line, last_id):
                    raise _other_input()
            else:
                yield record
        if todo:
            raise _other_input()

    def exit_code(self, exit_on: Action) -> Exit:
        if self.failed:
            return Exit.FAILED_LINES
        reached = any(Action(action).severity >= exit_on.severity for action in self.actions)
        return Exit.REACHED if reached else Exit.CLEAN

    def summary(self) -> str:
        parts = [
            f"{count} {action}"
            for action, count in sorted(self.actions.items(), key=lambda item: Action(item[0]).severity)
        ]
        if self.failed:
            parts.append(f"{self.failed} failed")
        return f"{self.done} lines: " + (", ".join(parts) or "nothing to do")


def _other_input() -> InvalidInput:
    return InvalidInput(
        field="--output", problem="this file holds the answers to another input; remove it or name another"
    )


def resume(output: Path) -> Resumed:
    """What ``output`` already holds; a last line that was cut off while being written is removed.

    Raises:
        InvalidInput: it is something else's file, which is left as it is.
    """
    done = Resumed()
    if not output.exists():
        return done
    try:
        with output.open("r+b") as file:
            file.truncate(_read_finished(file, done))
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(field="--output", problem=f"{output} exists and was not written by this command") from None
    except OSError as error:
        raise ConfigurationError(f"cannot read {output}: {error.strerror}") from None
    return done


def _read_finished(file: IO[bytes], done: Resumed) -> int:
    """Where the whole lines end; ValueError if a line is not one of ours."""
    end = 0
    for raw in file:
        if not raw.startswith(_BEGINNING[: len(raw)]):
            raise ValueError("not written by this command")
        if raw.endswith(b"\n"):
            done.add(json.loads(raw))
            end += len(raw)
    return end
