"""Connections that wait for a limited time, whatever the server does: its own limit on statements is no help where it is stopped, its
disk hangs, or the network is gone."""

from __future__ import annotations

import time
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

GRACE_S = 2.0
"""What the server has beyond a statement's own limit to say that it was reached."""

_T = TypeVar("_T")


class PatientConnection(psycopg.Connection[TupleRow]):
    """``patience_s``: seconds in which the server neither takes nor gives anything, after which the connection is closed."""

    patience_s: float = 60.0

    def wait(self, gen: PQGen[_T], *arguments: float | None, **named: float | None) -> _T:
        """Raises: psycopg.OperationalError, where no answer came in time."""
        ending = _ending(gen, self.patience_s, self)
        return super().wait(ending, *arguments, **named)  # type: ignore[arg-type]


def _ending(gen: PQGen[_T], patience_s: float, connection: psycopg.Connection[TupleRow]) -> PQGen[_T]:
    """Many rows are one wait, though each is a statement of its own: so it counts from the last that the server took or gave."""
    deadline = time.monotonic() + patience_s
    try:
        wanted = next(gen)
        while True:
            found = yield wanted
            wanted = gen.send(found)
            if found:
                deadline = time.monotonic() + patience_s
            elif time.monotonic() > deadline:
                connection.close()
                raise psycopg.OperationalError("the server did not answer in time")
    except StopIteration as done:
        answer: _T = done.value
        return answer
    finally:
        gen.close()
