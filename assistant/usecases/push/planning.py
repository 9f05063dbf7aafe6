"""Going through a campaign's members in parts: who is sent what and when, or why not. A part is one transaction, so that whatever is
killed in the middle goes on where the last whole part ended, and nobody is sent anything twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import DatabaseUnavailable, NotFound
from assistant.push.buckets import HOLDOUT, assigned
from assistant.push.permit import Because, Permit, Rules, Sent, Standing, permit
from assistant.store import audiences, campaigns, items, segments
from assistant.store.audiences import Row
from assistant.store.database import EVERY_COMMUNITY
from assistant.types import Delivery
from assistant.types.campaign import Campaign, CampaignState, Occasion, Send
from assistant.types.item import Item
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.segments import ids_of
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.composing import cannot, compose, delivery_of
from assistant.usecases.push.recommend import listed, memory_of, still_there
from assistant.usecases.push.settings import PushSettingsShape, month_of, settings_in
from assistant.usecases.registry import Held

log = structlog.get_logger()

PART = 2_000
"""Members planned in one transaction."""
POLL_S = 1.0
_ACTIVE_FOR = timedelta(days=60)
_LEAST_DEEDS = 10
_WELCOME_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Planned:
    """One member's part, and its entry of the outbox if there is one."""

    send: Send
    delivery: Delivery | None = None


async def keep_planning(assistant: Assistant) -> None:
    """In the background of a worker: every campaign that waits to be planned, and members who have joined."""
    while True:
        try:
            busy = await asyncio.to_thread(plan_waiting, assistant)
        except DatabaseUnavailable:
            busy = False
        if not busy:
            await asyncio.sleep(POLL_S)


def plan_waiting(assistant: Assistant) -> bool:
    """A part of each that waits, and who has joined. Whether there were any."""
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        waiting = campaigns.planning(transaction)
        welcoming = campaigns.waiting_for(transaction, Occasion.JOINED.value)
    for community, campaign_id, begun in welcoming:
        _welcome(assistant, community, campaign_id, begun)
    return sum(_planned(assistant, community, campaign_id) for community, campaign_id in waiting) > 0


def _welcome(assistant: Assistant, community: str, campaign_id: str, begun: datetime) -> None:
    """Whoever has joined since the campaign was written, and not longer ago than a welcome makes sense."""
    since = max(begun, assistant.clock() - _WELCOME_FOR)
    with assistant.database.transaction(community) as transaction:
        fresh = audiences.joined(transaction, community, campaign_id, since, PART)
    if fresh:
        plan_members(assistant, community, campaign_id, fresh)


def _planned(assistant: Assistant, community: str, campaign_id: str) -> bool:
    """Whether a part was planned: what is wrong with one campaign holds up no other."""
    try:
        plan_part(assistant, community, campaign_id)
    except DatabaseUnavailable:
        raise
    except NotFound:
        log.warning("a campaign is stopped: its segment is gone", campaign=campaign_id)
        with assistant.database.transaction(community) as transaction:
            campaigns.move(
                transaction, community, campaign_id, CampaignState.STOPPED, assistant.clock(), planned_to=None
            )
    except Exception:
        log.exception("a campaign could not be planned", campaign=campaign_id)
        return False
    return True


def plan_part(assistant: Assistant, community: str, campaign_id: str, most: int = PART) -> bool:
    """The next part. Whether there may be more."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaigns.one_at_a_time(transaction, community)
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        if campaign.state is not CampaignState.PLANNING:
            return False
        asked = CampaignShape.model_validate(campaign.document)
        after = campaign.planned_to or ""
        ids = audience(assistant, transaction, community, asked, after, most)
        store(assistant, transaction, campaign, plan(assistant, transaction, campaign, asked, ids, now), now)
        ended = len(ids) < most
        state = CampaignState.RUNNING if ended else CampaignState.PLANNING
        campaigns.move(transaction, community, campaign_id, state, now, None if ended else ids[-1])
    return not ended


def plan_members(assistant: Assistant, community: str, campaign_id: str, member_ids: Sequence[str]) -> list[Planned]:
    """Those to whom something happened, for a campaign that runs; each once in a campaign.

    Raises:
        NotFound: there is no such campaign.
    """
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaigns.one_at_a_time(transaction, community)
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        if campaign.state is not CampaignState.RUNNING:
            return []
        asked = CampaignShape.model_validate(campaign.document)
        known = campaigns.planned_of(transaction, community, campaign_id, member_ids)
        fresh = sorted({one for one in member_ids if one not in known})
        planned = plan(assistant, transaction, campaign, asked, fresh, now)
        store(assistant, transaction, campaign, planned, now)
    return planned


def store(
    assistant: Assistant, transaction: Transaction, campaign: Campaign, planned: Sequence[Planned], now: datetime
) -> None:
    del assistant
    campaigns.put(transaction, campaign.community, [one.send for one in planned], now)
    campaigns.put_deliveries(transaction, [one.delivery for one in planned if one.delivery is not None])


def audience(
    assistant: Assistant, transaction: Transaction, community: str, asked: CampaignShape, after: str, most: int
) -> list[str]:
    """Ids in order, those after one; fewer than ``most`` at the end. Raises: NotFound, for a segment that is gone."""
    if asked.occasion is not Occasion.CAMPAIGN and asked.occasion is not Occasion.DIGEST:
        return []
    if asked.audience.segment is not None:
        segment = segments.get(transaction, community, asked.audience.segment)
        return ids_of(assistant, transaction, community, segment, after, most)
    if asked.audience.members:
        return [one for one in sorted(set(asked.audience.members)) if one > after][:most]
    return audiences.everyone(transaction, community, after, most)


def plan(
    assistant: Assistant,
    transaction: Transaction,
    campaign: Campaign,
    asked: CampaignShape,
    ids: Sequence[str],
    now: datetime,
) -> list[Planned]:
    """Of each member that is known, in order. Reads, and writes nothing."""
    community = campaign.community
    settings = settings_in(transaction, community)
    held = assistant.registry.get(asked.connection_id)
    rows = audiences.standing(transaction, community, ids, now)
    hours = _best_hours(transaction, community, [row for row in rows.values() if row.profiled], settings, now)
    sent = campaigns.sent_to(transaction, community, list(rows), now)
    named = items.get_many(transaction, community, asked.items)
    shown = [named[one].item for one in asked.items if one in named and named[one].item.holds(now)]
    left = quota_left(transaction, community, settings, asked.connection_id, now)
    work = _Work(assistant, transaction, campaign, asked, settings, settings.rules(), held, shown, now, left)
    return [work.of(rows[one], hours.get(one), sent.get(one, [])) for one in ids if one in rows]


def quota_left(
    transaction: Transaction, community: str, settings: PushSettingsShape, connection_id: str, now: datetime
) -> int | None:
    """``None`` where there is no quota."""
    quota = settings.channel(connection_id).monthly_quota
    if quota is None:
        return None
    return max(0, quota - campaigns.used(transaction, community, connection_id, month_of(now)))


@dataclass
class _Work:
    assistant: Assistant
    transaction: Transaction
    campaign: Campaign
    asked: CampaignShape
    settings: PushSettingsShape
    rules: Rules
    held: Held | None
    items: Sequence[Item]
    now: datetime
    left: int | None

    def of(self, row: Row, hour: int | None, sent: Sequence[Sent]) -> Planned:
        variant, _ = assigned(self.campaign.id, row.id, self.asked.holdout, self.asked.split())
        allowed = self._permit(row, hour, sent, variant)
        if allowed.due_at is None or self.held is None:
            return self._not_sent(row, variant, allowed.because or Because.CANNOT_BE_SENT)
        shown = self.items if not self.asked.recommend else self._recommended(row)
        if not shown and (self.asked.recommend or self.asked.items):
            return self._not_sent(row, variant, Because.NOTHING_TO_SHOW)
        if self.left is not None:
            if self.left <= 0:
                return self._not_sent(row, variant, Because.QUOTA_USED)
            self.left -= 1
        return self._sent(row, variant, shown, allowed.due_at)

    def _permit(self, row: Row, hour: int | None, sent: Sequence[Sent], variant: str) -> Permit:
        if cannot(self.held) is not None:
            return Permit(because=Because.CANNOT_BE_SENT)
        standing = standing_of(row, self.settings, hour, sent)
        begin, end = self.asked.window(self.now)
        allowed = permit(standing, self.rules, self.asked.connection_id, topics_of(self.asked, self.items), begin, end)
        if allowed.due_at is not None and variant == HOLDOUT:
            return Permit(because=Because.HOLDOUT)
        return allowed

    def _recommended(self, row: Row) -> list[Item]:
        kept = memory_of(self.assistant, self.campaign.community, self.now)
        made = listed(
            kept, row.id if row.profiled else None, self.now, self.asked.recommend, f"{self.campaign.id} {row.id}"
        )
        there = still_there(self.transaction, self.campaign.community, made, self.now, row.stops or ())
        return [stored.item for _, stored in there[: self.asked.recommend]]

    def _sent(self, row: Row, variant: str, shown: Sequence[Item], due_at: datetime) -> Planned:
        assert self.held is not None  # noqa: S101 - asked before
        delivery_id = new_id("dlv")
        language = row.language or self.held.language
        message = compose(
            self.assistant,
            self.campaign.community,
            row.id,
            delivery_id,
            self.asked.words(variant),
            shown,
            language,
            self.settings.link_hosts,
        )
        delivery = delivery_of(self.held, self.campaign.id, message, due_at, self.now)
        send = Send(
            campaign_id=self.campaign.id,
            member_id=row.id,
            connection_id=self.asked.connection_id,
            delivery_id=delivery_id,
            due_at=due_at,
            variant=variant,
            items=tuple(item.id for item in shown),
        )
        return Planned(send, delivery)

    def _not_sent(self, row: Row, variant: str, because: Because) -> Planned:
        return Planned(
            Send(
                campaign_id=self.campaign.id,
                member_id=row.id,
                connection_id=self.asked.connection_id,
                because=because.value,
                variant=variant,
            )
        )


def topics_of(asked: CampaignShape, shown: Sequence[Item]) -> frozenset[str]:
    """What the message is about, as members stop it."""
    tags = {tag for item in shown for tag in item.tags}
    return frozenset(asked.topics) | {f"{kind}:{tag}" for tag in tags for kind in ("topic", "stage")}


def standing_of(row: Row, settings: PushSettingsShape, hour: int | None, sent: Sequence[Sent]) -> Standing:
    wishes: Mapping[str, object] = row.preferences or {}
    refused, week = wishes.get("refused"), wishes.get("per_week")
    return Standing(
        member_id=row.id,
        zone=settings.zone(row.zone),
        consents=row.consents,
        sanctioned=row.sanctioned,
        stops=frozenset(row.stops or ()),
        refused=frozenset(refused) if isinstance(refused, list) else frozenset(),
        per_week=week if isinstance(week, int) else None,
        best_hour=hour,
        sent=sent,
    )


def _best_hours(
    transaction: Transaction, community: str, rows: Sequence[Row], settings: PushSettingsShape, now: datetime
) -> dict[str, int]:
    """The hour in which each is mostly active, in their own zone; of those who let themselves be profiled and have been active enough."""
    if not settings.best_hour or not rows:
        return {}
    zones: dict[str, ZoneInfo] = {row.id: settings.zone(row.zone) for row in rows}
    times = audiences.active_times(transaction, community, list(zones), now - _ACTIVE_FOR)
    return {
        one: Counter(datetime.fromtimestamp(at, zones[one]).hour for at in its).most_common(1)[0][0]
        for one, its in times.items()
        if len(its) >= _LEAST_DEEDS
    }
