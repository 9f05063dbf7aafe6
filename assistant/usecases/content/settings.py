"""A community's settings of content: read, checked, saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection as Transaction

from assistant.errors import InvalidInput
from assistant.store import audit, content_settings
from assistant.store.database import Database
from assistant.types.content_settings import ContentSettings
from assistant.usecases.request import field_path

_ADAPTER: TypeAdapter[ContentSettings] = TypeAdapter(ContentSettings)


def read_settings(document: Mapping[str, Any]) -> ContentSettings:
    """Raises: InvalidInput, with the field's path."""
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(field=field_path(first["loc"]) or "settings", problem=problem) from None


def dump_settings(settings: ContentSettings) -> dict[str, Any]:
    document: dict[str, Any] = _ADAPTER.dump_python(settings, mode="json")
    return document


def settings_in(transaction: Transaction, community: str) -> ContentSettings:
    return read_settings(content_settings.load(transaction, community))


def get_settings(database: Database, community: str) -> ContentSettings:
    with database.transaction(community) as transaction:
        return settings_in(transaction, community)


def save_settings(database: Database, community: str, settings: ContentSettings, *, actor: str, now: datetime) -> None:
    """Raises: NotFound."""
    with database.transaction(community) as transaction:
        content_settings.save(transaction, community, dump_settings(settings), now)
        audit.write(transaction, community, now, actor=actor, action="content.settings", subject=community)
