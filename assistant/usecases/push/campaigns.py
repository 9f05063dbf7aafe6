"""Campaigns: written, looked at beforehand, started, paused, stopped, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import Conflict, Forbidden, InvalidInput, NotFound
from assistant.push.permit import Because
from assistant.store import audiences, audit, campaigns, items, segments
from assistant.store.paging import Page
from assistant.types import Action, Message, Purpose, TextLimit
from assistant.types.campaign import Campaign, CampaignState, Occasion, Send
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.members.segments import count_in
from assistant.usecases.push.campaign_shapes import CampaignShape
from assistant.usecases.push.composing import cannot
from assistant.usecases.push.parts import Planned, plan, quota_left
from assistant.usecases.push.planning import audience, plan_members
from assistant.usecases.push.settings import settings_in

PREVIEWED = 200
"""Members whose part is worked out for a preview."""
SHOWN = 20
LEAVE_ROOM = 500
"""For the last line of a message, which has a link with the member's id."""
_FURTHEST = timedelta(days=3_653)
_FINE = frozenset({Action.ALLOW, Action.MASK})
_MAY_GO = {
    CampaignState.PAUSED: frozenset({CampaignState.PLANNING, CampaignState.RUNNING}),
    CampaignState.STOPPED: frozenset(
        {CampaignState.DRAFT, CampaignState.PLANNING, CampaignState.RUNNING, CampaignState.PAUSED}
    ),
}


def create(assistant: Assistant, community: str, asked: CampaignShape, *, actor: str) -> Campaign:
    """A draft.

    Raises:
        InvalidInput: there is no such connection, item or segment, the window is over, or the words violate the policy.
    """
    now = assistant.clock()
    if asked.ends_at <= now:
        raise InvalidInput(field="ends_at", problem="is over")
    if asked.starts_at is not None and asked.starts_at - now > _FURTHEST:
        raise InvalidInput(field="starts_at", limit=_FURTHEST.days, problem="must lie within the next ten years")
    held = assistant.registry.look(asked.connection_id)
    if held is None or held.connection.community != community:
        raise InvalidInput(field="connection_id", problem="is no connection of this community")
    _check_length(asked, held.capabilities.longest_text, LEAVE_ROOM if assistant.settings.public_url else 0)
    _check_words(assistant, community, asked)
    made = Campaign(
        id=new_id("cmp"),
        community=community,
        name=asked.name,
        state=CampaignState.DRAFT,
        document=asked.model_dump(mode="json"),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    with assistant.database.transaction(community) as transaction:
        _check_there(transaction, community, asked)
        campaigns.add(transaction, made)
        audit.write(transaction, community, now, actor=actor, action="campaign.create", subject=made.id)
    return made


def list_campaigns(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Campaign]:
    with assistant.database.transaction(community) as transaction:
        return campaigns.page(transaction, community, cursor, limit)


def get_campaign(assistant: Assistant, community: str, campaign_id: str) -> dict[str, Any]:
    """With its funnel as it is now. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        campaign = campaigns.get(transaction, community, campaign_id)
        return {**render(campaign), "funnel": campaigns.funnel(transaction, community, campaign)}


def sends_of(
    assistant: Assistant, community: str, campaign_id: str, after: tuple[str, str] | None, limit: int
) -> tuple[list[Send], Send | None]:
    """Who was sent it, who was not and why, by member and round; and after which to go on. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        campaigns.get(transaction, community, campaign_id)
        found = campaigns.page_of_sends(transaction, community, campaign_id, after, limit + 1)
    return found[:limit], found[limit - 1] if len(found) > limit else None


def preview(assistant: Assistant, community: str, campaign_id: str) -> dict[str, Any]:
    """Who would get what and when, and why others would not, of the first members; and of all of them how many messages at most, their
    cost, and what is left of the quota. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaign = campaigns.get(transaction, community, campaign_id)
        asked = CampaignShape.model_validate(campaign.document)
        ids = audience(assistant, transaction, community, asked, "", PREVIEWED) if _has_audience(asked) else []
        planned = plan(assistant, transaction, campaign, asked, ids, now)
        total = _most(assistant, transaction, community, asked)
        settings = settings_in(transaction, community)
        left = quota_left(transaction, community, settings, asked.connection_id, now)
    channel = settings.channel(asked.connection_id)
    because = Counter(one.send.because for one in planned if one.send.because is not None)
    sample = [_previewed(one) for one in planned[:SHOWN]]
    fine = sum(one.delivery is not None for one in planned)
    return {
        "members_at_most": total,
        "looked_at": len(planned),
        "would_be_sent": fine,
        "not_sent": dict(because),
        "cannot": cannot(assistant.registry.get(asked.connection_id)),
        "cost_at_most": {"amount": round(total * channel.cost, 4), "currency": channel.currency},
        "quota_left": left,
        "over_quota": left is not None and total > left,
        "sample": sample,
    }


def start(assistant: Assistant, community: str, campaign_id: str, *, actor: str) -> Campaign:
    """Members are gone through from now on; a triggered one runs at once, and waits for what happens.

    Raises:
        NotFound: there is no such campaign.
        Conflict: it is no draft, it could use more than is left of its connection's quota, or it tells some members a price that others
            are not told, and no second person has approved it.
    """
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        _check_state(campaign, frozenset({CampaignState.DRAFT}))
        asked = CampaignShape.model_validate(campaign.document)
        if (apart := asked.priced_apart()) and campaign.approved_by is None:
            raise Conflict("campaign_needs_second", field=apart[0])
        left = quota_left(transaction, community, settings_in(transaction, community), asked.connection_id, now)
        wanted = _most(assistant, transaction, community, asked)
        if left is not None and wanted > left:
            raise Conflict("campaign_over_quota", field="connection_id", wanted=wanted, left=left, limit=left)
        _move(transaction, campaign, _under_way(asked), actor, now)
        return campaigns.get(transaction, community, campaign_id)


def approve(assistant: Assistant, community: str, campaign_id: str, *, actor: str) -> Campaign:
    """The second person says yes to a draft that tells some members a price that others are not told.

    Raises:
        NotFound: there is no such campaign.
        Conflict: it is no draft.
        Forbidden: whoever wrote it cannot be the second person.
    """
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        _check_state(campaign, frozenset({CampaignState.DRAFT}))
        if actor == campaign.created_by:
            raise Forbidden("campaign_same_person", field="approved_by")
        campaigns.approve(transaction, community, campaign_id, actor, now)
        apart = CampaignShape.model_validate(campaign.document).priced_apart()
        details = {"created_by": campaign.created_by, "because": list(apart)}
        audit.write(
            transaction, community, now, actor=actor, action="campaign.approve", subject=campaign_id, details=details
        )
        return campaigns.get(transaction, community, campaign_id)


def pause(assistant: Assistant, community: str, campaign_id: str, *, actor: str) -> Campaign:
    """Nothing of it goes out from this moment on. Raises: NotFound, Conflict."""
    return _halt(assistant, community, campaign_id, CampaignState.PAUSED, Because.CAMPAIGN_PAUSED, actor)


def stop(assistant: Assistant, community: str, campaign_id: str, *, actor: str) -> Campaign:
    """As ``pause``, for good. Raises: NotFound, Conflict."""
    return _halt(assistant, community, campaign_id, CampaignState.STOPPED, Because.CAMPAIGN_STOPPED, actor)


def resume(assistant: Assistant, community: str, campaign_id: str, *, actor: str) -> Campaign:
    """What was held back goes out, and members who were not gone through yet are. Raises: NotFound, Conflict."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        _check_state(campaign, frozenset({CampaignState.PAUSED}))
        campaigns.wake(transaction, community, campaign_id, Because.CAMPAIGN_PAUSED.value, now)
        _move(transaction, campaign, _under_way(CampaignShape.model_validate(campaign.document)), actor, now)
        return campaigns.get(transaction, community, campaign_id)


def trigger(assistant: Assistant, community: str, campaign_id: str, member_ids: Sequence[str]) -> list[Send]:
    """To these members it happened. What each gets, or why not; those who had their part before are absent. Raises: NotFound."""
    return [one.send for one in plan_members(assistant, community, campaign_id, member_ids)]


def render(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": campaign.state.value,
        "campaign": dict(campaign.document),
        "needs_second": list(CampaignShape.model_validate(campaign.document).priced_apart()),
        "approved_by": campaign.approved_by,
        "created_by": campaign.created_by,
        "created_at": campaign.created_at.isoformat(),
        "updated_at": campaign.updated_at.isoformat(),
    }


def render_send(send: Send) -> dict[str, Any]:
    return {
        "member_id": send.member_id,
        "delivery_id": send.delivery_id,
        "because": send.because,
        "due_at": send.due_at.isoformat() if send.due_at else None,
        "variant": send.variant,
        "round": send.round or None,
        "items": list(send.items),
    }


def _halt(
    assistant: Assistant, community: str, campaign_id: str, state: CampaignState, because: Because, actor: str
) -> Campaign:
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        campaigns.one_at_a_time(transaction, community)
        campaign = campaigns.get(transaction, community, campaign_id, locked=True)
        _check_state(campaign, _MAY_GO[state])
        campaigns.suspend(transaction, community, campaign_id, because.value, now)
        _move(transaction, campaign, state, actor, now)
        return campaigns.get(transaction, community, campaign_id)


def _move(transaction: Transaction, campaign: Campaign, state: CampaignState, actor: str, now: Any) -> None:
    campaigns.move(transaction, campaign.community, campaign.id, state, now, campaign.planned_to)
    audit.write(
        transaction,
        campaign.community,
        now,
        actor=actor,
        action=f"campaign.{state.value}",
        subject=campaign.id,
        details={"from": campaign.state.value},
    )


def _check_state(campaign: Campaign, needed: frozenset[CampaignState]) -> None:
    if campaign.state not in needed:
        raise Conflict("campaign_state", field="state", state=campaign.state.value)


def _check_length(asked: CampaignShape, longest: TextLimit | None, room: int) -> None:
    """With ``room`` for the link by which a member leaves; there is none where the service has no address."""
    for field, text in asked.texts() if longest is not None else ():
        if longest is not None and longest.length(text) > (most := longest.most - room):
            problem = f"may have {most} {longest.unit.value} on this connection, and has {longest.length(text)}"
            raise InvalidInput(field=field, limit=most, problem=problem)


def _check_words(assistant: Assistant, community: str, asked: CampaignShape) -> None:
    """The community's own messages keep its rules, and the advertising rules."""
    texts = asked.texts()
    screener = assistant.screeners.refresh(community)
    for (field, _), decision in zip(
        texts, screener.screen_batch([Message(text, purpose=Purpose.MARKETING) for _, text in texts]), strict=True
    ):
        if decision.action not in _FINE:
            labels = ", ".join(sorted({str(one.label) for one in decision.findings})) or "degraded"
            raise InvalidInput("campaign_words", field=field, labels=labels)


def _check_there(transaction: Transaction, community: str, asked: CampaignShape) -> None:
    found = items.get_many(transaction, community, asked.items)
    for at, item_id in enumerate(asked.items):
        if item_id not in found:
            raise InvalidInput(field=f"items[{at}]", problem="is no item of this community")
        if found[item_id].item.hidden:
            raise InvalidInput(field=f"items[{at}]", problem="may not be shown")
    if asked.audience.segment is not None:
        try:
            segments.get(transaction, community, asked.audience.segment)
        except NotFound:
            raise InvalidInput(field="audience.segment", problem="is no segment of this community") from None


def _most(assistant: Assistant, transaction: Transaction, community: str, asked: CampaignShape) -> int:
    """Messages at most: members of the audience, and never more than have agreed to messages."""
    if not _has_audience(asked):
        return 0
    agreed = audiences.agreed(transaction, community)
    if asked.audience.members:
        return min(len(set(asked.audience.members)), agreed)
    if asked.audience.segment is None:
        return agreed
    segment = segments.get(transaction, community, asked.audience.segment)
    return min(count_in(assistant, transaction, community, segment), agreed)


def _has_audience(asked: CampaignShape) -> bool:
    """Whether it goes to its whole audience, once or in every round."""
    return asked.occasion in {Occasion.CAMPAIGN, Occasion.DIGEST}


def _under_way(asked: CampaignShape) -> CampaignState:
    """Members are gone through at once, or when something happens to them."""
    return CampaignState.PLANNING if asked.occasion is Occasion.CAMPAIGN else CampaignState.RUNNING


def _previewed(one: Planned) -> dict[str, Any]:
    payload = one.delivery.payload if one.delivery is not None else {}
    text = payload.get("text") or payload.get("data", {}).get("text")
    return {**render_send(one.send), "delivery_id": None, "text": text}
