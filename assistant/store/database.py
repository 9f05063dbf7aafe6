"""Transactions, each bound to one community. Failures of the server, and waits over ``timeout_s``, become ``DatabaseUnavailable``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
from psycopg import errors
from psycopg.types.json import set_json_loads
from sqlalchemy import URL, Connection, create_engine, event, exc, make_url, text

from assistant.errors import ConfigurationError, DatabaseUnavailable, NotFound
from assistant.store.patience import GRACE_S, PatientConnection

EVERY_COMMUNITY = "*"
OVER_LIMITS = (
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    errors.TooManyArguments,
    errors.TooManyColumns,
)
"""SQLSTATE class 54. The driver counts them among the failures of the server, yet no other try ends otherwise: the row is wrong."""
_BIND = text(
    "SELECT set_config('assistant.community', :community, true), set_config('statement_timeout', :milliseconds, true)"
)


class Database:
    """A pool of at most ``pool_size`` connections as the serving role. Thread-safe. Nothing connects before the first transaction."""

    def __init__(self, url: str, pool_size: int = 8, timeout_s: float = 5.0) -> None:
        self.url = read_url(url)
        self.timeout_s = timeout_s
        self._engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=timeout_s,
            pool_pre_ping=True,
            use_native_hstore=False,
            json_deserializer=orjson.loads,  # a whole number over 64 bits, as jsonb writes 1e300, comes back as a float
            connect_args=connect_arguments(timeout_s),
        )
        event.listen(self._engine, "do_connect", self._connected)
        event.listen(self._engine, "checkin", self._given_back)

    @contextmanager
    def transaction(self, community: str | None, statement_s: float | None = None) -> Iterator[Connection]:
        """Commits at the end, rolls back on an error. Sees and writes the rows of ``community`` only; of every one, and those that
        belong to none, if it is ``*``; of none, if it is ``None``. A statement may take ``statement_s``, else ``timeout_s``.

        Raises:
            DatabaseUnavailable: no connection or no answer in time.
            NotFound: something was written for a community that there is not.
        """
        milliseconds = math.ceil((statement_s or self.timeout_s) * 1000)
        with failures_named(), self._engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, PatientConnection)  # noqa: S101
            driver.patience_s = milliseconds / 1000 + GRACE_S
            connection.execute(_BIND, {"community": community or "", "milliseconds": str(milliseconds)})
            yield connection

    def ping(self) -> None:
        """Raises: DatabaseUnavailable."""
        with self.transaction(None):
            pass

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection beside the pool, for the writer's thread; its caller binds each transaction.

        Raises:
            DatabaseUnavailable: no connection within ``timeout_s``.
        """
        with failures_named():
            plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = self._connected(None, None, (plain,), connect_arguments(self.timeout_s))
        set_json_loads(orjson.loads, connection)
        return connection

    def _connected(self, _: object, __: object, where: tuple[str, ...], how: dict[str, Any]) -> PatientConnection:
        connection = PatientConnection.connect(*where, **how)
        connection.patience_s = self.timeout_s + GRACE_S
        return connection

    def _given_back(self, connection: PatientConnection | None, _: object) -> None:
        if connection is not None:
            connection.patience_s = self.timeout_s + GRACE_S

    def close(self) -> None:
        self._engine.dispose()


def connect_arguments(timeout_s: float) -> dict[str, object]:
    """No prepared statements and no start-up options: a transaction pooler in between would lose the one and refuse the other."""
    return {
        "connect_timeout": max(2, math.ceil(timeout_s)),
        "prepare_threshold": None,
        "application_name": "assistant",
        "tcp_user_timeout": math.ceil(timeout_s * 1000),
        # a server that is gone says nothing: by the system's own settings it is missed after two hours
        "keepalives_idle": max(5, math.ceil(timeout_s)),
        "keepalives_interval": max(2, math.ceil(timeout_s / 3)),
        "keepalives_count": 3,
    }


def read_url(url: str) -> URL:
    """A PostgreSQL URL for the driver in use.

    Raises:
        ConfigurationError: it is not one; the message does not repeat it, for it holds a password.
    """
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError("database.url is not a URL like postgresql://role:password@host/database") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigurationError(f"database.url is for {parsed.get_backend_name()}; only PostgreSQL is supported")
    return parsed.set(drivername="postgresql+psycopg")


@contextmanager
def failures_named() -> Iterator[None]:
    """A server that is away, full, shutting down or too slow is ``DatabaseUnavailable``, a row of a community that there is not
    ``NotFound``; wrong statements and other refused rows stay what they are."""
    try:
        yield
    except OVER_LIMITS:
        raise
    except errors.ForeignKeyViolation as error:
        if _lacks_community(error):
            raise NotFound("community_unknown", field="community") from None
        raise
    except exc.DBAPIError as error:
        if isinstance(error.orig, OVER_LIMITS):
            raise
        if _lacks_community(error.orig):
            raise NotFound("community_unknown", field="community") from None
        if error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError):
            raise DatabaseUnavailable from error
        raise
    except (exc.TimeoutError, psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise DatabaseUnavailable from error


def _lacks_community(error: BaseException | None) -> bool:
    return isinstance(error, errors.ForeignKeyViolation) and (error.diag.constraint_name or "").endswith(
        "_community_fkey"
    )
