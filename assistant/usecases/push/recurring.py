"""Campaigns that the workers raise by themselves: who has fallen at risk, whose item is back in stock, and digests.

A round is planned in parts, as campaigns are: one transaction each, under the community's lock and the round's row, so that two
processes never plan one part twice and a killed one is gone on with. A member has one row per campaign and round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import DatabaseUnavailable, NotFound
from assistant.members import churn
from assistant.members.fold import rhythm_of
from assistant.members.population import today_of
from assistant.store import campaigns, profiles, rounds
from assistant.store.database import EVERY_COMMUNITY
from assistant.types.campaign import Campaign, CampaignState, Occasion
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.folding import embedder_of, model_of
from assistant.usecases.members.profile import population_of
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.occasions import Due, due_rounds
from assistant.usecases.push.parts import plan, store
from assistant.usecases.push.planning import PART, audience
from assistant.usecases.push.settings import PushSettingsShape, settings_in

log = structlog.get_logger()

POLL_S = 15.0


async def keep_recurring(assistant: Assistant) -> None:
    """In the background of a worker, until cancelled."""
    while True:
        try:
            busy = await asyncio.to_thread(plan_recurring, assistant)
        except DatabaseUnavailable:
            busy = False
        if not busy:
            await asyncio.sleep(POLL_S)


def plan_recurring(assistant: Assistant) -> bool:
    """A part of every round that is due. Whether there were any."""
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        running = campaigns.recurring(transaction)
    return sum([_raised(assistant, campaign) for campaign in running]) > 0


def _raised(assistant: Assistant, campaign: Campaign) -> bool:
    """What is wrong with one campaign holds up no other."""
    try:
        return raise_due(assistant, campaign)
    except DatabaseUnavailable:
        raise
    except NotFound:
        log.warning("a campaign is not sent: its segment is gone", campaign=campaign.id)
    except Exception:
        log.exception("a campaign could not be planned", campaign=campaign.id)
    return False


def raise_due(assistant: Assistant, campaign: Campaign, most: int = PART) -> bool:
    """A part of each of the campaign's rounds that are due. Whether there were any. Raises: NotFound, if its segment is gone."""
    asked, now = CampaignShape.model_validate(campaign.document), assistant.clock()
    with assistant.database.transaction(campaign.community) as transaction:
        settings = settings_in(transaction, campaign.community)
        found = due_rounds(transaction, campaign, asked, settings, now)
    for one in found:
        plan_round(assistant, campaign.community, campaign.id, one, most)
    return bool(found)


def plan_round(assistant: Assistant, community: str, campaign_id: str, due: Due, most: int = PART) -> bool:
    """The next part of a round. Whether there may be more."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaigns.one_at_a_time(transaction, community)
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        after, over = rounds.hold(transaction, community, campaign_id, due.key, now)
        if campaign.state is not CampaignState.RUNNING or over:
            return False
        asked = CampaignShape.model_validate(campaign.document)
        ids, upto = _chosen(assistant, transaction, campaign, asked, due, after, most)
        known = campaigns.planned_in(transaction, community, campaign_id, due.turn.name, ids)
        fresh = [one for one in ids if one not in known]
        store(transaction, campaign, plan(assistant, transaction, campaign, asked, fresh, now, due.turn), now)
        rounds.move(transaction, community, campaign_id, due.key, upto, now)
    return upto is not None


def _chosen(
    assistant: Assistant,
    transaction: Transaction,
    campaign: Campaign,
    asked: CampaignShape,
    due: Due,
    after: str,
    most: int,
) -> tuple[list[str], str | None]:
    """The next members of the audience whom the round is for, and up to whom it has come; ``None`` at the end."""
    settings = settings_in(transaction, campaign.community)
    among = None
    if asked.occasion is Occasion.AT_RISK or not asked.audience.everyone:
        among = audience(assistant, transaction, campaign.community, asked, after, most)
    ids = _meant(assistant, transaction, campaign, asked, settings, due, after, most, among)
    page = ids if among is None else among
    return ids, page[-1] if len(page) == most else None


def _meant(
    assistant: Assistant,
    transaction: Transaction,
    campaign: Campaign,
    asked: CampaignShape,
    settings: PushSettingsShape,
    due: Due,
    after: str,
    most: int,
    among: Sequence[str] | None,
) -> list[str]:
    community, now = campaign.community, assistant.clock()
    if asked.occasion is Occasion.DIGEST:
        return rounds.in_zone(transaction, community, due.zones, after, most, undeclared=due.undeclared, among=among)
    if due.item is not None:
        since = now - timedelta(days=settings.back_in_stock.looked_within_days)
        return rounds.looked(transaction, community, due.item, since, after, most, among=among)
    return _at_risk(assistant, transaction, campaign, settings, among or (), now)


def _at_risk(
    assistant: Assistant,
    transaction: Transaction,
    campaign: Campaign,
    settings: PushSettingsShape,
    among: Sequence[str],
    now: datetime,
) -> list[str]:
    """Those whose risk of falling silent is over the community's threshold, who have not left, and to whom this campaign has said nothing
    for so many days. Nobody, where there is too little to learn the odds from."""
    model = population_of(assistant, transaction, campaign.community).churn
    if model is None:
        return []
    kept = profiles.kept(transaction, campaign.community, among, model_of(embedder_of(assistant)))
    since = now - timedelta(days=settings.at_risk.again_after_days)
    known = campaigns.planned_of(transaction, campaign.community, campaign.id, list(kept), since)
    found = []
    for one in among:
        state = kept[one].state if one in kept and one not in known else None
        if state is None or state.left_at is not None:
            continue
        seen = churn.features(state.recent, rhythm_of(state), today_of(now))
        if seen is not None and churn.risk(model, seen) >= settings.at_risk.threshold:
            found.append(one)
    return found
