"""Campaigns: what a community sends of its own accord."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from assistant.types.access import Scope
from assistant.types.campaign import Campaign
from assistant.usecases.push import campaigns as usecase
from assistant.usecases.push import settings as settings_usecase
from assistant.usecases.push.campaign_shapes import CampaignShape, TriggerShape
from assistant.usecases.push.settings import PushSettingsShape
from assistant.usecases.request import Cursor, Name, Text
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate, operator_of
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import site_of

MAX_BODY_BYTES = 2_500_000

router = APIRouter(tags=["push"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)
_CAMPAIGN = {
    "name": "新品",
    "connection_id": "con_...",
    "audience": {"segment": "seg_..."},
    "text": {"zh-Hant": "新的露營裝備到了", "en": "New camping gear is in"},
    "items": ["sku-7"],
    "ends_at": "2026-12-31T15:00:00Z",
}


@router.post(
    "/v1/campaigns",
    summary="Write a campaign",
    description="A draft: nothing is sent before it is started. Its words are screened as advertising.",
    status_code=201,
    responses={201: {"description": "The draft."}, **_ERRORS},
    openapi_extra={**body(CampaignShape, {"items": _CAMPAIGN}), **_SECURITY},
)
async def post_campaign(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(CampaignShape, await read_body(request, MAX_BODY_BYTES))
    made = await asyncio.to_thread(usecase.create, site.assistant, own, asked, actor=f"key:{caller.key_id}")
    return json_answer(usecase.render(made), 201)


@router.get(
    "/v1/campaigns",
    summary="The campaigns, the newest first",
    responses={200: {"description": "`campaigns` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_campaigns(
    request: Request,
    community: Community = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    _, site, own = await operator_of(request, community)
    page = await asyncio.to_thread(usecase.list_campaigns, site.assistant, own, cursor, limit)
    return json_answer({"campaigns": [usecase.render(one) for one in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/v1/campaigns/{campaign_id}",
    summary="One campaign, with its funnel as it is now",
    responses={200: {"description": "The campaign; `funnel.not_sent` counts by reason."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_campaign(request: Request, campaign_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    return json_answer(await asyncio.to_thread(usecase.get_campaign, site.assistant, own, campaign_id))


@router.get(
    "/v1/campaigns/{campaign_id}/sends",
    summary="Who was sent it, and who was not and why",
    responses={200: {"description": "`sends` by member, `next_after` and `next_after_round`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_sends(
    request: Request,
    campaign_id: Name,
    community: Community = None,
    after: Annotated[Name | None, Query()] = None,
    after_round: Annotated[Text, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    _, site, own = await operator_of(request, community)
    place = (after, after_round) if after is not None else None
    found, last = await asyncio.to_thread(usecase.sends_of, site.assistant, own, campaign_id, place, limit)
    following = {"next_after": last and last.member_id, "next_after_round": last and last.round}
    return json_answer({"sends": [usecase.render_send(one) for one in found], **following})


@router.post(
    "/v1/campaigns/{campaign_id}/preview",
    summary="Who would get what, and why others would not",
    responses={200: {"description": "A sample, the number of messages at most, their cost, and the quota."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_preview(request: Request, campaign_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    return json_answer(await asyncio.to_thread(usecase.preview, site.assistant, own, campaign_id))


@router.post(
    "/v1/campaigns/{campaign_id}/approve",
    summary="Approve a campaign as the second person",
    description="Needed where `needs_second` names fields: a price that others are not told. By another key than its writer's.",
    responses={200: {"description": "The campaign."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_approve(request: Request, campaign_id: Name, community: Community = None) -> Response:
    return await _moved(request, campaign_id, community, usecase.approve)


@router.post(
    "/v1/campaigns/{campaign_id}/start",
    summary="Start a campaign",
    responses={200: {"description": "The campaign."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_start(request: Request, campaign_id: Name, community: Community = None) -> Response:
    return await _moved(request, campaign_id, community, usecase.start)


@router.post(
    "/v1/campaigns/{campaign_id}/pause",
    summary="Pause a campaign, at once",
    responses={200: {"description": "The campaign."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_pause(request: Request, campaign_id: Name, community: Community = None) -> Response:
    return await _moved(request, campaign_id, community, usecase.pause)


@router.post(
    "/v1/campaigns/{campaign_id}/resume",
    summary="Go on with a paused campaign",
    responses={200: {"description": "The campaign."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_resume(request: Request, campaign_id: Name, community: Community = None) -> Response:
    return await _moved(request, campaign_id, community, usecase.resume)


@router.post(
    "/v1/campaigns/{campaign_id}/stop",
    summary="Stop a campaign for good, at once",
    responses={200: {"description": "The campaign."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_stop(request: Request, campaign_id: Name, community: Community = None) -> Response:
    return await _moved(request, campaign_id, community, usecase.stop)


@router.post(
    "/v1/campaigns/{campaign_id}/trigger",
    summary="It happened to these members",
    description="For a campaign with an occasion other than `campaign`. Each member is sent it once.",
    responses={200: {"description": "`sends`: what each gets, or why not."}, **_ERRORS},
    openapi_extra={**body(TriggerShape, {"joined": {"members": ["m1"]}}), **_SECURITY},
)
async def post_trigger(request: Request, campaign_id: Name, community: Community = None) -> Response:
    caller = await authenticate(request, Scope.PLATFORM)
    site, own = site_of(request), caller.community_for(community)
    asked = parse(TriggerShape, await read_body(request, MAX_BODY_BYTES))
    found = await asyncio.to_thread(usecase.trigger, site.assistant, own, campaign_id, asked.members)
    return json_answer({"sends": [usecase.render_send(one) for one in found]})


@router.get(
    "/v1/push/settings",
    summary="Caps, quiet hours, quotas, where links may lead",
    responses={200: {"description": "The settings."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_settings(request: Request, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    return json_answer(await asyncio.to_thread(settings_usecase.get_settings, site.assistant, own))


@router.put(
    "/v1/push/settings",
    summary="Set caps, quiet hours, quotas, where links may lead",
    description="All of them: what is left out takes its default again.",
    responses={200: {"description": "The settings."}, **_ERRORS},
    openapi_extra={**body(PushSettingsShape, {"calm": {"per_day": 1, "per_week": 3}}), **_SECURITY},
)
async def put_settings(request: Request, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    asked = parse(PushSettingsShape, await read_body(request, MAX_BODY_BYTES))
    saved = await asyncio.to_thread(
        settings_usecase.save_settings, site.assistant, own, asked, actor=f"key:{caller.key_id}"
    )
    return json_answer(saved)


async def _moved(request: Request, campaign_id: str, community: str | None, move: Callable[..., Campaign]) -> Response:
    caller, site, own = await operator_of(request, community)
    moved = await asyncio.to_thread(move, site.assistant, own, campaign_id, actor=f"key:{caller.key_id}")
    return json_answer(usecase.render(moved))
