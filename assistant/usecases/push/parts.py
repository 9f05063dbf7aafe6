"""One member's part of a campaign: what they are sent and when, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Transaction

from assistant.push.buckets import HOLDOUT, assigned
from assistant.push.permit import Because, Permit, Rules, Sent, Standing, permit
from assistant.store import audiences, campaigns, items
from assistant.store.audiences import Row
from assistant.types import Delivery
from assistant.types.campaign import Campaign, Occasion, Send
from assistant.types.item import Item
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.composing import cannot, compose, delivery_of
from assistant.usecases.push.recommend import Wanted, listed, memory_of
from assistant.usecases.push.settings import PushSettingsShape, month_of, settings_in
from assistant.usecases.registry import Held

_ACTIVE_FOR = timedelta(days=60)
_LEAST_DEEDS = 10


@dataclass(frozen=True, slots=True)
class Round:
    """Which time it is, of a campaign that recurs: ``items`` are shown in the place of the campaign's own, and it goes out before
    ``ends_at``."""

    name: str = ""
    items: tuple[str, ...] = ()
    ends_at: datetime | None = None


ONCE = Round()
"""Of a campaign that each member is sent once."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One member's part, and its entry of the outbox if there is one."""

    send: Send
    delivery: Delivery | None = None


def store(transaction: Transaction, campaign: Campaign, planned: Sequence[Planned], now: datetime) -> None:
    campaigns.put(transaction, campaign.community, [one.send for one in planned], now)
    campaigns.put_deliveries(transaction, [one.delivery for one in planned if one.delivery is not None])


def plan(
    assistant: Assistant,
    transaction: Transaction,
    campaign: Campaign,
    asked: CampaignShape,
    ids: Sequence[str],
    now: datetime,
    turn: Round = ONCE,
) -> list[Planned]:
    """Of each member that is known, in order. Reads, and writes nothing."""
    community = campaign.community
    settings = settings_in(transaction, community)
    held = assistant.registry.get(asked.connection_id)
    rows = audiences.standing(transaction, community, ids, now)
    digest = asked.occasion is Occasion.DIGEST
    rules = replace(settings.rules(), best_hour=settings.best_hour and not digest)
    hours = _best_hours(transaction, community, [row for row in rows.values() if row.profiled], settings, now, rules)
    sent = campaigns.sent_to(transaction, community, list(rows), now)
    wanted = turn.items or asked.items
    named = items.get_many(transaction, community, wanted)
    shown = [named[one].item for one in wanted if one in named and named[one].item.holds(now)]
    left = quota_left(transaction, community, settings, asked.connection_id, now)
    told = campaigns.told_of(transaction, community, campaign.id, list(rows)) if digest else {}
    work = _Work(assistant, transaction, campaign, asked, settings, rules, held, shown, now, left, turn, told)
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
    turn: Round = ONCE
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, row: Row, hour: int | None, sent: Sequence[Sent]) -> Planned:
        variant, _ = assigned(self.campaign.id, row.id, self.asked.holdout, self.asked.split())
        allowed = self._permit(row, hour, sent, variant)
        if allowed.due_at is None or self.held is None:
            return self._not_sent(row, variant, allowed.because or Because.CANNOT_BE_SENT)
        shown = self.items if not self.asked.recommend else self._recommended(row)
        if not shown and (self.asked.recommend or self.asked.items or self.turn.items):
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
        end = min(end, self.turn.ends_at or end)
        allowed = permit(standing, self.rules, self.asked.connection_id, topics_of(self.asked, self.items), begin, end)
        if allowed.due_at is not None and variant == HOLDOUT:
            return Permit(because=Because.HOLDOUT)
        return allowed

    def _recommended(self, row: Row) -> list[Item]:
        told = self.told.get(row.id, frozenset())
        kept = memory_of(self.assistant, self.campaign.community, self.now)
        seed = f"{self.campaign.id} {row.id} {self.turn.name}".rstrip()
        wanted = Wanted(row.id if row.profiled else None, self.now, self.asked.recommend, seed, besides=told)
        _, shown = listed(self.transaction, kept, self.campaign.community, wanted, row.stops or ())
        return [item for _, item in shown]

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
            self.asked.prices(),
            self.held.capabilities.longest_text,
        )
        delivery = delivery_of(self.held, self.campaign.id, message, due_at, self.now, self.turn.name)
        send = Send(
            campaign_id=self.campaign.id,
            member_id=row.id,
            connection_id=self.asked.connection_id,
            delivery_id=delivery_id,
            due_at=due_at,
            variant=variant,
            items=tuple(str(item["id"]) for item in message.items),
            round=self.turn.name,
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
                round=self.turn.name,
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
    transaction: Transaction,
    community: str,
    rows: Sequence[Row],
    settings: PushSettingsShape,
    now: datetime,
    rules: Rules,
) -> dict[str, int]:
    """The hour in which each is mostly active, in their own zone; of those who let themselves be profiled and have been active enough."""
    if not rules.best_hour or not rows:
        return {}
    zones: dict[str, ZoneInfo] = {row.id: settings.zone(row.zone) for row in rows}
    times = audiences.active_times(transaction, community, list(zones), now - _ACTIVE_FOR)
    return {
        one: Counter(datetime.fromtimestamp(at, zones[one]).hour for at in its).most_common(1)[0][0]
        for one, its in times.items()
        if len(its) >= _LEAST_DEEDS
    }
