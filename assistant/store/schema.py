"""The schema's version: making and migrating to it, granting the serving role its rights, and refusing servers that would not do."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, NullPool, create_engine, exc, text

from assistant.errors import ConfigurationError
from assistant.store.database import Database, connect_arguments, read_url
from assistant.store.tables import GRANTED_FUNCTIONS, GRANTS

_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 7_291_884_501  # any number, ours alone among the database's advisory locks
_LEAST_SERVER = 160_000
_LEAST_VECTOR = (0, 8, 4)


def migrate(direct_url: str, serving_url: str) -> None:
    """Bring the database that the owner's ``direct_url`` names to this version's schema, in one transaction, under an advisory lock, and
    let the role of ``serving_url`` serve.

    Raises:
        ConfigurationError: the server, the extension or a role will not do, or the database is a newer version's.
    """
    _make_ready(direct_url, serving_url, upgrades=True)


def make_if_missing(direct_url: str, serving_url: str) -> None:
    """As ``migrate`` where there is no schema yet, or this version's; any other is left as it is, for its own version may be running.

    Raises:
        ConfigurationError: the server, the extension or a role will not do, or the schema is another version's.
    """
    _make_ready(direct_url, serving_url, upgrades=False)


def _make_ready(direct_url: str, serving_url: str, *, upgrades: bool) -> None:
    role = read_url(serving_url).username or ""
    engine = create_engine(
        read_url(direct_url),
        poolclass=NullPool,
        use_native_hstore=False,
        # said aloud: of a database of no encoding the driver could not even read the version
        connect_args=connect_arguments(10) | {"client_encoding": "UTF8"},
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _check_role(connection, role)
            _check_server(connection)
            found = _revision(connection)
            if not upgrades and found is not None and (other := _unlike(found)):
                raise ConfigurationError(other)
            if found != head():
                _upgrade(connection)
                _grant(connection, role)
            elif not _is_granted(connection, role):
                _grant(connection, role)
    except exc.OperationalError as error:
        raise ConfigurationError(f"the database cannot be migrated: {error.orig}") from None
    finally:
        engine.dispose()


def is_empty(direct_url: str) -> bool:
    """Whether no version of ours was ever here. Raises: ConfigurationError, where the server does not answer."""
    engine = create_engine(read_url(direct_url), poolclass=NullPool, connect_args=connect_arguments(10))
    try:
        with engine.begin() as connection:
            return _revision(connection) is None
    except exc.OperationalError as error:
        raise ConfigurationError(f"the database cannot be read: {error.orig}") from None
    finally:
        engine.dispose()


def check_current(database: Database) -> None:
    """For a serving process that is not given the owner's URL.

    Raises:
        ConfigurationError: the schema is not this version's.
        DatabaseUnavailable: the server does not answer.
    """
    if (waiting := pending(database)) is not None:
        raise ConfigurationError(waiting)


def pending(database: Database) -> str | None:
    """What the schema lacks, and what brings it here, in a sentence; ``None`` where it is this version's. Changes nothing.

    Raises:
        ConfigurationError: a newer version made the schema, or the serving role may not read it.
        DatabaseUnavailable: the server does not answer.
    """
    try:
        with database.transaction(None) as connection:
            found = _revision(connection)
    except exc.ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise ConfigurationError(
            "the role of database.url has no rights in the database: start the service with database.direct_url set to the owner's "
            "URL, and it is given them"
        ) from None
    told = _unlike(found)
    if told is not None and found is not None and found not in _revisions():
        raise ConfigurationError(told)
    return told


def head() -> str:
    """This version's revision: the one that no other revision names as its predecessor."""
    revisions = _revisions()
    (last,) = revisions.keys() - revisions.values()
    return last


@cache
def _revisions() -> dict[str, str]:
    """Every revision that this version knows, with its predecessor's name; the first has none (``""``)."""
    found: dict[str, str] = {}
    for path in (_MIGRATIONS / "versions").glob("r*.py"):
        source = path.read_text()
        names = dict(re.findall(r'^(revision|down_revision) = "(\w+)"', source, re.MULTILINE))
        found[names["revision"]] = names.get("down_revision", "")
    return found


def _unlike(found: str | None) -> str | None:
    """How a schema differs from this version's, and what to do."""
    if found == head():
        return None
    told = f"the database's schema is {found or 'missing'} and this version needs {head()}"
    if found is not None and found not in _revisions():
        return f"{told}: a newer version made it. Install that version, or restore a backup from before it"
    return (
        f"{told}: stop every service that uses the database, back it up, then run `assistant upgrade` or start this version's service; "
        "where database.url is set, either needs the owner's database.direct_url"
    )


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of a second, and most starts find nothing to migrate
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise ConfigurationError(
            f"the database is at revision {_revision(connection)}, which this version does not know: it was made by a newer one. "
            "Install that version, or restore a backup from before it."
        ) from None


def _revision(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _check_server(connection: Connection) -> None:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if number < _LEAST_SERVER:
        raise ConfigurationError(f"PostgreSQL {number // 10_000} is too old: 16 or later is needed")
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise ConfigurationError(
            f"the database's encoding is {encoding}, which cannot hold every text: make it anew with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )
    installed, available = connection.execute(
        text("SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'vector'")
    ).one_or_none() or (None, None)
    version = installed or available
    if version is None:
        raise ConfigurationError(
            "the PostgreSQL server lacks the extension pgvector (0.8.4 or later): install it there"
        )
    if _numbers(version) < _LEAST_VECTOR:
        cure = (
            "ALTER EXTENSION vector UPDATE"
            if available and _numbers(available) >= _LEAST_VECTOR
            else "an upgrade of it"
        )
        raise ConfigurationError(
            f"pgvector {version} has index bugs: 0.8.4 or later is needed; {cure} is due on the server"
        )
    if installed is None:
        _create_extension(connection)


def _create_extension(connection: Connection) -> None:
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except exc.ProgrammingError:
        raise ConfigurationError(
            "the owner role may not create the extension: have a superuser run CREATE EXTENSION vector in the database once"
        ) from None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _check_role(connection: Connection, role: str) -> None:
    found = connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls AS exempt, pg_has_role(rolname, current_user, 'MEMBER') AS owner "
            "FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).one_or_none()
    if found is None:
        raise ConfigurationError(
            f"the role {role!r} of database.url does not exist: CREATE ROLE it with LOGIN and a password"
        )
    if found.exempt or found.owner:
        raise ConfigurationError(
            f"the role {role!r} of database.url is a superuser, may bypass row-level security or is the owner: "
            "nothing would keep communities apart. Give database.url a role of its own."
        )


def _is_granted(connection: Connection, role: str) -> bool:
    return bool(
        connection.scalar(
            text(
                "SELECT bool_and(has_table_privilege(:role, name, 'SELECT')) FROM unnest(CAST(:tables AS text[])) AS name"
            ),
            {"role": role, "tables": list(GRANTS)},
        )
    )


def _grant(connection: Connection, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
    for table, privileges in GRANTS.items():
        connection.execute(text(f"GRANT {privileges} ON {table} TO {name}"))
    for function in GRANTED_FUNCTIONS:
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function} TO {name}"))
