"""Which rounds of campaigns are due: a digest's hour in some time zone, a day on which risks are looked at, an item back in stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Transaction

from assistant.push.schedule import WINDOW, slot
from assistant.store import rounds
from assistant.types.campaign import Campaign, Occasion
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.parts import Round
from assistant.usecases.push.settings import PushSettingsShape

NEWS_FOR = timedelta(days=3)
"""So long it is worth telling that an item is back."""
_MOST_RESTOCKS = 100


@dataclass(frozen=True, slots=True)
class Due:
    """A round and whom it is for: members of ``zones`` as they declared them (and of none, if ``undeclared``), or whoever looked at
    ``item``. ``key`` is what its progress is kept under."""

    key: str
    turn: Round
    zones: tuple[str, ...] = ()
    undeclared: bool = False
    item: str | None = None


def due_rounds(
    transaction: Transaction, campaign: Campaign, asked: CampaignShape, settings: PushSettingsShape, now: datetime
) -> list[Due]:
    """Those that are due and not over."""
    if not (asked.starts_at or campaign.created_at) <= now < asked.ends_at:
        return []
    if asked.occasion is Occasion.DIGEST:
        found = _digests(transaction, campaign, settings, now)
    elif asked.occasion is Occasion.BACK_IN_STOCK:
        found = _restocks(transaction, campaign, asked, now)
    else:
        found = [_risks(settings, now)]
    over = rounds.ended(transaction, campaign.community, campaign.id, [one.key for one in found])
    return [one for one in found if one.key not in over]


def _digests(transaction: Transaction, campaign: Campaign, settings: PushSettingsShape, now: datetime) -> list[Due]:
    """One for each zone in which it is the hour. Members are in the zone that they declared, else in the community's."""
    own = settings.zone()
    declared: dict[ZoneInfo, list[str]] = {own: []}
    for name in rounds.zones(transaction, campaign.community):
        declared.setdefault(settings.zone(name), []).append(name)
    found = []
    for zone, names in declared.items():
        now_is = slot(now, zone, settings.digest.weekdays, settings.digest.hour)
        if now_is is not None and now_is.begins_at >= campaign.created_at:
            turn = Round(now_is.day.isoformat(), ends_at=now_is.begins_at + WINDOW)
            found.append(Due(f"{turn.name} {zone.key}", turn, zones=tuple(names), undeclared=zone == own))
    return found


def _restocks(transaction: Transaction, campaign: Campaign, asked: CampaignShape, now: datetime) -> list[Due]:
    since = max(campaign.created_at, now - NEWS_FOR)
    found = rounds.restocked(transaction, campaign.community, since, _MOST_RESTOCKS)
    return [
        Due(one.id, Round(one.id, items=(one.item_id,), ends_at=one.at + NEWS_FOR), item=one.item_id)
        for one in found
        if not asked.items or one.item_id in asked.items
    ]


def _risks(settings: PushSettingsShape, now: datetime) -> Due:
    """Once a day of the community's."""
    day = now.astimezone(settings.zone()).date().isoformat()
    return Due(day, Round(day))
