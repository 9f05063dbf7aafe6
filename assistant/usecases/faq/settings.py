"""The FAQ bot's settings: read, checked, saved; and the secret that the community signs its members' tokens with."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection as Transaction

from assistant.backends.addresses import check_url
from assistant.errors import AddressRefused, InvalidInput
from assistant.store import audit, communities, connections, faq_settings
from assistant.store.database import Database
from assistant.store.vault import Vault
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.communities import read_language
from assistant.usecases.request import field_path

_ADAPTER: TypeAdapter[FaqSettings] = TypeAdapter(FaqSettings)


def read_settings(document: Mapping[str, Any]) -> FaqSettings:
    """Raises: InvalidInput, with the field's path."""
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(field=field_path(first["loc"]) or "settings", problem=problem) from None


def dump_settings(settings: FaqSettings) -> dict[str, Any]:
    document: dict[str, Any] = _ADAPTER.dump_python(settings, mode="json")
    return document


def settings_in(transaction: Transaction, community: str) -> FaqSettings:
    document, _ = faq_settings.load(transaction, community)
    return read_settings(document)


def get_settings(database: Database, community: str) -> FaqSettings:
    with database.transaction(community) as transaction:
        return settings_in(transaction, community)


def default_language(database: Database, community: str) -> str:
    """What the community's members are spoken to in where nothing tells otherwise. Raises: NotFound."""
    with database.transaction(community) as transaction:
        return communities.get(transaction, community).default_language


def save_settings(
    database: Database,
    community: str,
    settings: FaqSettings,
    *,
    actor: str,
    now: datetime,
    allow: tuple[str, ...],
    language: str | None = None,
) -> None:
    """With ``language``, the community's default becomes that one. Raises: InvalidInput, AddressRefused, NotFound."""
    chosen = read_language(language) if language is not None else None
    if settings.lookup_url is not None:
        try:
            check_url(settings.lookup_url, allow)
        except AddressRefused as error:
            raise AddressRefused(error.problem, field="lookup_url") from None
    with database.transaction(community) as transaction:
        if settings.lookup_connection is not None:
            row = connections.get(transaction, community, settings.lookup_connection)
            if row.platform != "webhooks":
                raise InvalidInput(field="lookup_connection", problem="must be a connection of the platform webhooks")
        faq_settings.save(transaction, community, dump_settings(settings), now)
        if chosen is not None:
            communities.set_default_language(transaction, community, chosen)
        audit.write(transaction, community, now, actor=actor, action="faq.settings", subject="faq")


def make_member_secret(database: Database, vault: Vault, community: str, *, actor: str, now: datetime) -> str:
    """A new secret in the place of the old one, shown this once. Raises: NotFound."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    with database.transaction(community) as transaction:
        faq_settings.save_secret(transaction, community, vault.seal(secret, secret_purpose(community)), now)
        audit.write(transaction, community, now, actor=actor, action="faq.member_secret", subject="faq")
    return secret


def member_secret(database: Database, vault: Vault, community: str) -> str | None:
    with database.transaction(community) as transaction:
        _, sealed = faq_settings.load(transaction, community)
    return vault.open(sealed, secret_purpose(community)) if sealed is not None else None


def secret_purpose(community: str) -> str:
    return f"faq/{community}/member_secret"
