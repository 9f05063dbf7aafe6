"""Connections: added, changed, rotated, tested, set live and removed; by the command line and the API."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection as Transaction

from assistant.backends.addresses import check_url
from assistant.errors import AddressRefused, DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.moderation.enforce import policy_warnings
from assistant.platforms import Check, Platform, Secret, platform_named
from assistant.ports import Outgoing
from assistant.store import audit, connections
from assistant.store.connections import ConnectionRow, KeptSecret, purpose
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.vault import Vault
from assistant.types import FailMode, OnReview, Policy
from assistant.usecases.request import check_json, field_path

_ADDRESSES = ("url", "api_base", "gateway_url")
MAX_SECRET_CHARS = 4_000
MAX_NAME_CHARS = 200
MAX_SETTINGS_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Made:
    """A connection at its making, the only time that secrets which we invented are shown."""

    row: ConnectionRow
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a connection is to be; ``None`` keeps what is, or takes the default for a new one."""

    name: str | None = None
    settings: Mapping[str, Any] | None = None
    fail_mode: FailMode | None = None
    on_review: OnReview | None = None
    dry_run: bool | None = None
    paid_messages: bool | None = None
    staff_channel: str | None = None
    disabled: bool | None = None


def add_connection(
    database: Database,
    vault: Vault,
    community: str,
    platform_name: str,
    wanted: Wanted,
    given: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
    allow: Sequence[str] = (),
) -> Made:
    """A new connection, in dry run unless that is switched off. ``given`` are its secrets; those that can be invented are where missing;
    ``allow`` names private addresses that its settings may point at.

    Raises:
        InvalidInput: a setting or a secret is wrong, missing or unknown.
        NotFound: there is no such community.
    """
    platform = platform_named(platform_name)
    # 128 random bits: the address that a platform is given cannot be guessed, even where its requests are not signed.
    connection_id = f"con_{secrets.token_hex(16)}"
    values, invented = _secrets(platform, given)
    row = ConnectionRow(
        id=connection_id,
        community=community,
        platform=platform.name,
        name=_name(wanted.name or platform.title),
        settings=_settings(platform, wanted.settings or {}, allow),
        secrets={name: KeptSecret(vault.seal(value, purpose(connection_id, name))) for name, value in values.items()},
        fail_mode=wanted.fail_mode or FailMode.REVIEW,
        on_review=wanted.on_review or OnReview.PUBLISH,
        dry_run=wanted.dry_run is not False,
        dry_run_since=now if wanted.dry_run is not False else None,
        paid_messages=bool(wanted.paid_messages),
        staff_channel=wanted.staff_channel or None,
        created_at=now,
        updated_at=now,
    )
    with database.transaction(community) as transaction:
        connections.add(transaction, row)
        _note(transaction, row, now, actor, "connection.add", {"platform": platform.name})
    return Made(row, invented)


def change_connection(
    database: Database,
    community: str,
    connection_id: str,
    wanted: Wanted,
    *,
    actor: str,
    now: datetime,
    allow: Sequence[str] = (),
) -> ConnectionRow:
    """Raises: NotFound, InvalidInput."""
    with database.transaction(community) as transaction:
        row = connections.get(transaction, community, connection_id, lock=True)
        changed = _changed(row, wanted, now, allow)
        names = [one.name for one in fields(row) if _differs(row, changed, one.name)]
        saved = connections.save(transaction, changed, now)
        _note(transaction, row, now, actor, "connection.change", {"changed": names})
        return saved


def rotate_secret(
    database: Database,
    vault: Vault,
    community: str,
    connection_id: str,
    name: str,
    value: str | None,
    *,
    overlap: timedelta,
    actor: str,
    now: datetime,
) -> str | None:
    """A new value for one secret, ``value`` or an invented one, which is returned; the old one counts for ``overlap`` more.

    Raises:
        NotFound: there is no such connection.
        InvalidInput: the platform has no such secret, or it cannot be invented.
    """
    with database.transaction(community) as transaction:
        row = connections.get(transaction, community, connection_id, lock=True)
        secret = next((one for one in platform_named(row.platform).secrets if one.name == name), None)
        if secret is None:
            raise InvalidInput(field="secret", problem=f"{row.platform} has no secret called {name!r}")
        invented = secret.make() if value is None and secret.make else None
        fresh = _check_secret(secret, value or invented or "")
        old = row.secrets.get(name)
        kept = KeptSecret(
            vault.seal(fresh, purpose(row.id, name)), old.current if old else None, now + overlap if old else None
        )
        connections.save(transaction, replace(row, secrets={**row.secrets, name: kept}), now)
        _note(transaction, row, now, actor, "connection.rotate", {"secret": name})
        return invented


def remove_connection(database: Database, community: str, connection_id: str, *, actor: str, now: datetime) -> None:
    """With what waits for it. Raises: NotFound."""
    with database.transaction(community) as transaction:
        row = connections.get(transaction, community, connection_id)
        connections.remove(transaction, community, connection_id)
        _note(transaction, row, now, actor, "connection.remove", {"platform": row.platform})


def get_connection(database: Database, community: str, connection_id: str) -> ConnectionRow:
    """Raises: NotFound."""
    with database.transaction(community) as transaction:
        return connections.get(transaction, community, connection_id)


def find_connection(database: Database, connection_id: str) -> ConnectionRow:
    """Whatever its community: for the command line, which sees them all. Raises: NotFound."""
    with database.transaction(EVERY_COMMUNITY) as transaction:
        return connections.find(transaction, connection_id)


def list_connections(database: Database, community: str) -> list[ConnectionRow]:
    with database.transaction(community) as transaction:
        return connections.list_all(transaction, community)


async def test_connection(row: ConnectionRow, vault: Vault, http: Outgoing, now: datetime) -> list[Check]:
    """Asks the platform whether everything is right. Never raises for what the platform says."""
    platform = platform_named(row.platform)
    try:
        checks = await platform.check(row.opened(vault, now), http)
    except (DeliveryRefused, DeliveryFailed) as error:
        checks = [Check("connection", ok=False, detail=error.problem)]
    state = "dry run: nothing is carried out" if row.dry_run else "live"
    wrong = row.disabled_because or (f"sent nothing more: {row.stopped_because}" if row.stopped_at else None)
    return [*checks, Check("mode", wrong is None, wrong or state)]


def warnings_for(policy: Policy, rows: list[ConnectionRow]) -> list[str]:
    """What the policy asks for and a connected platform cannot do; such decisions go to the staff."""
    return [
        f"{path}: {row.name} ({row.platform}) cannot do it ({missing}); it will go to the staff"
        for row in rows
        if row.disabled_at is None
        for path, missing in policy_warnings(policy, platform_named(row.platform).capable(row.settings))
    ]


def view(row: ConnectionRow, public_url: str) -> dict[str, Any]:
    """A connection without its secrets, with the address to give to the platform and what the platform can do."""
    capabilities = platform_named(row.platform).capable(row.settings)
    return {
        "id": row.id,
        "platform": row.platform,
        "name": row.name,
        "hook": f"{public_url}/v1/hooks/{row.id}",
        "settings": dict(row.settings),
        "secrets": sorted(row.secrets),
        "fail_mode": row.fail_mode.value,
        "on_review": row.on_review.value,
        "dry_run": row.dry_run,
        "dry_run_since": row.dry_run_since.isoformat() if row.dry_run_since else None,
        "paid_messages": row.paid_messages,
        "staff_channel": row.staff_channel,
        "disabled_at": row.disabled_at.isoformat() if row.disabled_at else None,
        "disabled_because": row.disabled_because,
        "stopped_at": row.stopped_at.isoformat() if row.stopped_at else None,
        "stopped_because": row.stopped_because,
        "failing_since": row.failing_since.isoformat() if row.failing_since else None,
        "created_at": row.created_at.isoformat(),
        "capabilities": {
            "sees": sorted(capabilities.sees),
            "does": sorted(capabilities.does),
            "verdicts": sorted(capabilities.verdicts),
            "deadline_s": capabilities.deadline_s,
            "longest_mute_s": capabilities.longest_mute_s,
            "paid": sorted(capabilities.paid),
        },
    }


def _changed(row: ConnectionRow, wanted: Wanted, now: datetime, allow: Sequence[str]) -> ConnectionRow:
    changes: dict[str, Any] = {
        name: value
        for name in ("fail_mode", "on_review", "paid_messages")
        if (value := getattr(wanted, name)) is not None
    }
    if wanted.name is not None:
        changes["name"] = _name(wanted.name)
    if wanted.settings is not None:
        changes["settings"] = _settings(platform_named(row.platform), wanted.settings, allow)
    if wanted.staff_channel is not None:
        changes["staff_channel"] = wanted.staff_channel or None
    if wanted.dry_run is not None and wanted.dry_run is not row.dry_run:
        changes |= {"dry_run": wanted.dry_run, "dry_run_since": now if wanted.dry_run else None, "reported_at": None}
    if wanted.disabled is not None:
        because = "by an operator" if wanted.disabled else None
        changes |= {"disabled_at": now if wanted.disabled else None, "disabled_because": because}
        if not wanted.disabled:
            changes |= {"stopped_at": None, "stopped_because": None, "failing_since": None}
    return replace(row, **changes)


def _differs(row: ConnectionRow, changed: ConnectionRow, name: str) -> bool:
    return bool(getattr(row, name) != getattr(changed, name))


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= MAX_NAME_CHARS or "\0" in name:
        raise InvalidInput(field="name", limit=MAX_NAME_CHARS, problem=f"must have 1 to {MAX_NAME_CHARS} characters")
    return name.strip()


def _settings(platform: Platform, given: Mapping[str, Any], allow: Sequence[str]) -> dict[str, Any]:
    try:
        settings = platform.settings.model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(field=f"settings.{field_path(first['loc'])}".rstrip("."), problem=problem) from None
    check_json(settings, "settings", MAX_SETTINGS_BYTES)
    for name, url in _addresses(settings):
        _check_address(f"settings.{name}", url, allow)
    return settings


def _addresses(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every address that settings name, by its path. A WebSocket's is that of the HTTP request it begins with."""
    for name in _ADDRESSES:
        if settings.get(name):
            yield name, re.sub("^ws", "http", settings[name])
    for do, call in settings.get("calls", {}).items():
        yield f"calls.{do}.url", call["url"]


def _check_address(name: str, url: str, allow: Sequence[str]) -> None:
    try:
        check_url(url, allow)
    except AddressRefused as error:
        raise AddressRefused(error.problem, field=name) from None


def _secrets(platform: Platform, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Every secret by name, and those that were invented."""
    known = {secret.name for secret in platform.secrets}
    for name in given:
        if name not in known:
            problem = f"{platform.name} has no secret called {name!r}; it has: {', '.join(sorted(known)) or 'none'}"
            raise InvalidInput(field="secrets", problem=problem)
    values, invented = {}, {}
    for secret in platform.secrets:
        if given.get(secret.name):
            values[secret.name] = _check_secret(secret, given[secret.name])
        elif secret.make is not None:
            values[secret.name] = invented[secret.name] = secret.make()
        elif secret.required:
            raise InvalidInput(field=f"secrets.{secret.name}", problem=f"is missing: {secret.description}")
    return values, invented


def _check_secret(secret: Secret, value: str) -> str:
    """``value``, where it may be one. No error holds it."""
    if not 1 <= len(value) <= MAX_SECRET_CHARS or not value.isprintable():
        problem = f"must have 1 to {MAX_SECRET_CHARS} printable characters"
        raise InvalidInput(field=f"secrets.{secret.name}", limit=MAX_SECRET_CHARS, problem=problem)
    if secret.check is not None and not secret.check(value):
        raise InvalidInput(field=f"secrets.{secret.name}", problem=f"has another form: {secret.description}")
    return value


def _note(
    transaction: Transaction, row: ConnectionRow, now: datetime, actor: str, action: str, details: Mapping[str, Any]
) -> None:
    audit.write(transaction, row.community, now, actor=actor, action=action, subject=row.id, details=details)
