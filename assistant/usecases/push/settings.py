"""How a community sends: caps, quiet hours, where links may lead, what a connection costs and how much it may send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints
from sqlalchemy import Connection as Transaction

from assistant.errors import InvalidInput
from assistant.push.permit import Rules
from assistant.push.quiet import QuietHours
from assistant.store import audit, push_settings
from assistant.usecases.assistant import Assistant
from assistant.usecases.request import Name, Shape

_Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]


class ChannelShape(Shape):
    """A connection's quota per calendar month (UTC), and what a message costs there."""

    monthly_quota: int | None = Field(None, ge=0, le=1_000_000_000)
    cost: float = Field(0.0, ge=0, le=1_000_000)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"


class AtRiskShape(Shape):
    """A campaign ``at_risk`` goes to whose odds of 30 days of silence are ``threshold`` or more, once in ``again_after_days``."""

    threshold: float = Field(0.6, gt=0, le=1)
    again_after_days: int = Field(30, ge=1, le=365)


class BackInStockShape(Shape):
    """A campaign ``back_in_stock`` goes to who looked at the item, or asked for it, in these last days."""

    looked_within_days: int = Field(60, ge=1, le=365)


class DigestShape(Shape):
    """When a campaign ``digest`` goes out: at ``hour`` (0 to 23) on these days of the week (1 is Monday), on each member's own clock."""

    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)] = (1,)
    hour: int = Field(9, ge=0, le=23)


class RankerShape(Shape):
    """The ranker is fitted anew when ``after_lists`` lists were shown since, at most once in ``every_hours``; never if not ``refit``."""

    refit: bool = True
    after_lists: int = Field(1_000, ge=100, le=10_000_000)
    every_hours: int = Field(24, ge=1, le=24 * 31)


class PushSettingsShape(Shape):
    """``per_day`` and ``per_week`` count messages to one member, all together; ``per_day_channel`` those on one connection."""

    per_day: int = Field(2, ge=0, le=100)
    per_week: int = Field(5, ge=0, le=500)
    per_day_channel: int = Field(1, ge=0, le=100)
    quiet_from: _Clock = "22:00"
    quiet_to: _Clock = "08:00"
    best_hour: bool = True
    time_zone: Name = "Asia/Taipei"
    link_hosts: Annotated[tuple[_Host, ...], Field(max_length=100)] = ()
    connections: Annotated[dict[Name, ChannelShape], Field(max_length=100)] = {}  # noqa: RUF012  pydantic copies it
    at_risk: AtRiskShape = AtRiskShape()
    back_in_stock: BackInStockShape = BackInStockShape()
    digest: DigestShape = DigestShape()
    ranker: RankerShape = RankerShape()

    def rules(self) -> Rules:
        quiet = QuietHours(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to))
        return Rules(
            per_day=self.per_day,
            per_week=self.per_week,
            per_day_channel=self.per_day_channel,
            quiet=quiet,
            best_hour=self.best_hour,
        )

    def channel(self, connection_id: str) -> ChannelShape:
        return self.connections.get(connection_id, ChannelShape())

    def zone(self, declared: str | None = None) -> ZoneInfo:
        """The member's, where they declared one that there is, else the community's."""
        return read_zone(declared) or read_zone(self.time_zone) or ZoneInfo("UTC")


def read_zone(name: str | None) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def settings_in(transaction: Transaction, community: str) -> PushSettingsShape:
    return PushSettingsShape.model_validate(push_settings.load(transaction, community))


def get_settings(assistant: Assistant, community: str) -> Mapping[str, Any]:
    with assistant.database.transaction(community) as transaction:
        return settings_in(transaction, community).model_dump(mode="json")


def save_settings(assistant: Assistant, community: str, asked: PushSettingsShape, *, actor: str) -> Mapping[str, Any]:
    """Raises: InvalidInput, NotFound."""
    if read_zone(asked.time_zone) is None:
        raise InvalidInput(field="time_zone", problem="is not a zone of the IANA database")
    now, document = assistant.clock(), asked.model_dump(mode="json")
    with assistant.database.transaction(community) as transaction:
        push_settings.save(transaction, community, document, now)
        audit.write(transaction, community, now, actor=actor, action="push.settings", subject="push", details=document)
    return document


def month_of(now: datetime) -> datetime:
    """When the month's quota began."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
