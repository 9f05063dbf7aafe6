"""The last look before a campaign's message leaves: what has changed since it was planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.errors import NotFound
from assistant.push.permit import Because, refused
from assistant.push.quiet import next_allowed
from assistant.store import audiences, campaigns, items
from assistant.types import Delivery
from assistant.types.campaign import CampaignState
from assistant.usecases.assistant import Assistant
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.parts import standing_of, topics_of
from assistant.usecases.push.settings import settings_in

PREFIX = "campaign:"
"""What the keys of a campaign's entries begin with."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: it is quiet where the member is."""

    at: datetime


def withheld(assistant: Assistant, delivery: Delivery) -> Because | Later | None:
    """Why it is not to be sent any more, or when. Blocks on the database."""
    now = assistant.clock()
    with assistant.database.transaction(delivery.community) as transaction:
        send = campaigns.of_delivery(transaction, delivery.community, delivery.id)
        if send is None:
            return Because.CAMPAIGN_STOPPED
        try:
            campaign = campaigns.get(transaction, delivery.community, send.campaign_id)
        except NotFound:
            return Because.CAMPAIGN_STOPPED
        row = audiences.standing(transaction, delivery.community, [send.member_id], now).get(send.member_id)
        settings = settings_in(transaction, delivery.community)
        found = items.get_many(transaction, delivery.community, send.items)
    if campaign.state is CampaignState.PAUSED:
        return Because.CAMPAIGN_PAUSED
    if campaign.state is CampaignState.STOPPED:
        return Because.CAMPAIGN_STOPPED
    if row is None:
        return Because.NO_CONSENT
    asked = CampaignShape.model_validate(campaign.document)
    shown = [stored.item for stored in found.values() if stored.item.holds(now)]
    if len(shown) < len(send.items):
        return Because.NOTHING_TO_SHOW
    standing = standing_of(row, settings, None, ())
    if no := refused(standing, send.connection_id, topics_of(asked, shown)):
        return no
    if now >= asked.ends_at:
        return Because.OUTSIDE_WINDOW
    due = next_allowed(now, standing.zone, settings.rules().quiet)
    if due >= asked.ends_at:
        return Because.OUTSIDE_WINDOW
    return Later(due) if due > now else None
