"""Going on where a stopped run stopped: the output itself says how far it came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.cli.exits import Exit
from assistant.cli.records import Record
from assistant.errors import ConfigurationError, InvalidInput
from assistant.types import Action


@dataclass(slots=True)
class Resumed:
    """What has been written so far: records done, failed ones, actions taken, and the last record's place."""

    done: int = 0
    failed: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    last_line: int = 0
    last_id: Any = None

    def add(self, answer: dict[str, Any]) -> None:
        self.done += 1
        self.last_line, self.last_id = answer["line"], answer["input_id"]
        if "error" in answer:
            self.failed += 1
        else:
            self.actions[answer["action"]] += 1

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
    """What ``output`` already holds; a last line that was cut off while being written is removed."""
    done = Resumed()
    if not output.exists():
        return done
    try:
        with output.open("r+b") as file:
            end = 0
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                done.add(json.loads(raw))
                end += len(raw)
            file.truncate(end)
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(field="--output", problem=f"{output} exists and was not written by this command") from None
    except OSError as error:
        raise ConfigurationError(f"cannot read {output}: {error.strerror}") from None
    return done
