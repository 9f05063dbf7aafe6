"""Forgetting in large tables: by one process at a time, in chunks, with time to look through them, and one step's failure in no other
step's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import TextClause

from assistant.errors import DatabaseUnavailable
from assistant.store.database import EVERY_COMMUNITY, Database, failures_named

PURGING_S = 300.0
"""For one statement: what is due is looked for in whole tables, which takes longer than anybody would wait for an answer."""
_TOO_SLOW = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
_LOCK = 7_291_884_505


@contextmanager
def alone(database: Database) -> Iterator[bool]:
    """Whether no other process forgets in this database until the block ends. The lock belongs to a transaction of its own, beside the
    pool: the server lets go of it when its holder dies.

    Raises:
        DatabaseUnavailable: the server does not answer.
    """
    connection = database.connect()
    try:
        with failures_named():
            found = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone()
        yield found == (True,)
    finally:
        connection.close()


def in_chunks(database: Database, statement: TextClause, chunk: int, **values: object) -> int:
    """Until nothing is left for ``statement``, a transaction per ``:chunk``, so that it holds up no writer. How many rows."""
    total = 0
    while True:
        with database.transaction(EVERY_COMMUNITY, PURGING_S) as connection:
            done = connection.execute(statement, {**values, "chunk": chunk}).rowcount
        if not done:
            return total
        total += done


def every(*steps: Callable[[], int]) -> list[int]:
    """What each returns, in order. One that fails keeps none of the others from its turn: what it raised is raised when all had theirs,
    and at once only where the database does not answer at all."""
    done: list[int] = []
    failed: Exception | None = None
    for step in steps:
        try:
            done.append(step())
        except DatabaseUnavailable as error:
            if not _was_slow(error):
                raise
            failed = failed or error
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def _was_slow(error: DatabaseUnavailable) -> bool:
    cause = error.__cause__
    return isinstance(getattr(cause, "orig", cause), _TOO_SLOW)
