"""Going through a campaign's members in parts: who is sent what and when, or why not. A part is one transaction, so that whatever is
killed in the middle goes on where the last whole part ended, and nobody is sent anything twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import DatabaseUnavailable, NotFound
from assistant.store import audiences, campaigns, segments
from assistant.store.database import EVERY_COMMUNITY
from assistant.types.campaign import CampaignState, Occasion
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.segments import ids_of
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.parts import Planned, plan, store

log = structlog.get_logger()

PART = 2_000
"""Members planned in one transaction."""
POLL_S = 1.0
_WELCOME_FOR = timedelta(days=3)


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
        store(transaction, campaign, plan(assistant, transaction, campaign, asked, ids, now), now)
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
        store(transaction, campaign, planned, now)
    return planned


def audience(
    assistant: Assistant, transaction: Transaction, community: str, asked: CampaignShape, after: str, most: int
) -> list[str]:
    """Ids in order, those after one; fewer than ``most`` at the end. Raises: NotFound, for a segment that is gone."""
    if asked.audience.segment is not None:
        segment = segments.get(transaction, community, asked.audience.segment)
        return ids_of(assistant, transaction, community, segment, after, most)
    if asked.audience.members:
        return [one for one in sorted(set(asked.audience.members)) if one > after][:most]
    return audiences.everyone(transaction, community, after, most)
