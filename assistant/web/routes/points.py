"""Points, levels and badges; rewards to exchange them for; and draws."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.store.paging import list_of, read_cursor, write_cursor
from assistant.store.points import Entry
from assistant.store.rewards import Draw, Redemption, Reward
from assistant.types.access import Scope
from assistant.usecases.caller import Caller
from assistant.usecases.members import points as points_usecase
from assistant.usecases.members import rewards as usecase
from assistant.usecases.request import Cursor, Moment, Name, Shape, Text
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.body import parse, read_body
from assistant.web.openapi import body, errors
from assistant.web.routes.connections import Community
from assistant.web.site import Site, site_of
from assistant.web.whole_segments import WholeSegments

MAX_BODY_BYTES = 50_000
_LEDGER = "ledger"

router = APIRouter(tags=["points"], route_class=WholeSegments)
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 429, 503)


class GrantShape(Shape):
    """``key`` is yours, and gives the points once."""

    key: Name
    amount: int = Field(ge=1, le=points_usecase.MAX_GRANT)
    note: Text = Field("", max_length=500)


class RewardShape(Shape):
    id: Name
    name: Name
    cost: int = Field(ge=0, le=1_000_000_000)
    stock: int | None = Field(None, ge=0, le=1_000_000_000)
    per_member: int | None = Field(None, ge=1, le=1_000_000)
    least_level: int = Field(0, ge=0, le=1_000)
    opens_at: Moment | None = None
    closes_at: Moment | None = None


class RedeemShape(Shape):
    """``id`` is yours, and exchanges once."""

    id: Name
    member_id: Name


class SettleShape(Shape):
    state: Literal["given", "returned"]


class DrawRulesShape(Shape):
    """``text`` are the published rules, by language."""

    winners: int = Field(ge=1, le=10_000)
    least_level: int = Field(0, ge=0, le=1_000)
    text: dict[Name, Text] = Field({}, max_length=10)


class DrawShape(Shape):
    id: Name
    name: Name
    rules: DrawRulesShape
    closes_at: Moment


class EnterShape(Shape):
    member_id: Name


class LedgerQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class RewardsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    after: Annotated[Text, Field(max_length=200)] = Field("", description="The last reward of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.get(
    "/v1/members/{member_id}/points",
    summary="A member's points, level, badges and ledger",
    responses={200: {"description": "`balance`, `level`, `badges`, `ledger` and `next_cursor`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_points(request: Request, member_id: Name, query: Annotated[LedgerQuery, Query()]) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, query.community)
    listed = list_of(_LEDGER, own, member_id)
    standing, ledger = await asyncio.to_thread(
        points_usecase.read, site.assistant, own, member_id, read_cursor(listed, query.cursor), query.limit
    )
    page = ledger[: query.limit]
    more = len(ledger) > query.limit
    cursor = write_cursor(listed, page[-1].at, page[-1].id) if more else None
    return json_answer(standing | {"ledger": [render_entry(one) for one in page], "next_cursor": cursor})


@router.post(
    "/v1/members/{member_id}/points",
    summary="Give points",
    responses={200: {"description": "Where the member stands."}, **_ERRORS},
    openapi_extra={**body(GrantShape, {"thanks": {"key": "host-1128", "amount": 50, "note": "host"}}), **_SECURITY},
)
async def post_points(request: Request, member_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(GrantShape, await read_body(request, MAX_BODY_BYTES))
    return json_answer(
        await asyncio.to_thread(
            points_usecase.grant,
            site.assistant,
            own,
            member_id,
            asked.key,
            asked.amount,
            asked.note,
            f"key:{caller.key_id}",
        )
    )


@router.get(
    "/v1/rewards",
    summary="What points can be exchanged for",
    responses={200: {"description": "`rewards`, by id, and `next_after`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_rewards(request: Request, query: Annotated[RewardsQuery, Query()]) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, query.community)
    found = await asyncio.to_thread(usecase.list_rewards, site.assistant, own, query.after, query.limit)
    after = found[-1].id if len(found) == query.limit else None
    return json_answer({"rewards": [render_reward(one) for one in found], "next_after": after})


@router.put(
    "/v1/rewards",
    summary="Offer a reward, or change one",
    responses={200: {"description": "The reward."}, **_ERRORS},
    openapi_extra={
        **body(RewardShape, {"mug": {"id": "mug", "name": "馬克杯", "cost": 300, "stock": 20}}),
        **_SECURITY,
    },
)
async def put_reward(request: Request, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(RewardShape, await read_body(request, MAX_BODY_BYTES))
    offer = usecase.Offer(**asked.model_dump())
    kept = await asyncio.to_thread(usecase.put_reward, site.assistant, own, offer, f"key:{caller.key_id}")
    return json_answer(render_reward(kept))


@router.post(
    "/v1/rewards/{reward_id}/redemptions",
    summary="Exchange points",
    responses={200: {"description": "The redemption."}, **_ERRORS},
    openapi_extra={**body(RedeemShape, {"mug": {"id": "r-1", "member_id": "m1"}}), **_SECURITY},
)
async def post_redemption(request: Request, reward_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    asked = parse(RedeemShape, await read_body(request, MAX_BODY_BYTES))
    one = await asyncio.to_thread(usecase.redeem, site.assistant, own, reward_id, asked.member_id, asked.id)
    return json_answer(render_redemption(one))


@router.post(
    "/v1/redemptions/{redemption_id}/settle",
    summary="It was given, or is returned with its points",
    responses={200: {"description": "The redemption."}, **_ERRORS},
    openapi_extra={**body(SettleShape, {"given": {"state": "given"}}), **_SECURITY},
)
async def post_settle(request: Request, redemption_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(SettleShape, await read_body(request, MAX_BODY_BYTES))
    one = await asyncio.to_thread(
        usecase.settle, site.assistant, own, redemption_id, asked.state, f"key:{caller.key_id}"
    )
    return json_answer(render_redemption(one))


@router.post(
    "/v1/draws",
    summary="Open a draw",
    description="`commitment` is the SHA-256 of the seed that will choose; publish it with the rules.",
    status_code=201,
    responses={201: {"description": "The draw."}, **_ERRORS},
    openapi_extra={
        **body(
            DrawShape,
            {
                "anniversary": {
                    "id": "anniversary",
                    "name": "週年抽獎",
                    "rules": {"winners": 3, "text": {"zh-Hant": "每人一次，截止後抽出三位。"}},
                    "closes_at": "2026-12-31T12:00:00+08:00",
                }
            },
        ),
        **_SECURITY,
    },
)
async def post_draw(request: Request, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    asked = parse(DrawShape, await read_body(request, MAX_BODY_BYTES))
    one = await asyncio.to_thread(
        usecase.open_draw,
        site.assistant,
        own,
        asked.id,
        asked.name,
        asked.rules.model_dump(),
        asked.closes_at,
        f"key:{caller.key_id}",
    )
    return json_answer(render_draw(one, [], 0), 201)


@router.get(
    "/v1/draws/{draw_id}",
    summary="A draw, its rules, and once it is drawn its seed and winners",
    responses={200: {"description": "The draw."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def get_draw(request: Request, draw_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    return json_answer(render_draw(*await asyncio.to_thread(usecase.read_draw, site.assistant, own, draw_id)))


@router.post(
    "/v1/draws/{draw_id}/entries",
    summary="A member takes part",
    responses={200: {"description": "`entered`: whether it was the first time."}, **_ERRORS},
    openapi_extra={**body(EnterShape, {"one": {"member_id": "m1"}}), **_SECURITY},
)
async def post_entry(request: Request, draw_id: Name, community: Community = None) -> Response:
    _, site, own = await _caller(request, Scope.PLATFORM, community)
    asked = parse(EnterShape, await read_body(request, MAX_BODY_BYTES))
    return json_answer(
        {"entered": await asyncio.to_thread(usecase.enter, site.assistant, own, draw_id, asked.member_id)}
    )


@router.post(
    "/v1/draws/{draw_id}/draw",
    summary="Draw",
    description="Winners are those with the smallest HMAC-SHA256 of their id under the seed, which is told now.",
    responses={200: {"description": "The draw with `seed` and `winners`."}, **_ERRORS},
    openapi_extra=_SECURITY,
)
async def post_drawing(request: Request, draw_id: Name, community: Community = None) -> Response:
    caller, site, own = await _caller(request, Scope.OPERATOR, community)
    await asyncio.to_thread(usecase.settle_draw, site.assistant, own, draw_id, f"key:{caller.key_id}")
    return json_answer(render_draw(*await asyncio.to_thread(usecase.read_draw, site.assistant, own, draw_id)))


def render_entry(one: Entry) -> dict[str, Any]:
    return {
        "id": one.id,
        "amount": one.amount,
        "kind": one.kind,
        "rule": one.rule,
        "subject": one.subject,
        "at": one.at.isoformat(),
        "note": one.note,
    }


def render_reward(one: Reward) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "cost": one.cost,
        "stock": one.stock,
        "per_member": one.per_member,
        "least_level": one.least_level,
        "opens_at": one.opens_at.isoformat() if one.opens_at else None,
        "closes_at": one.closes_at.isoformat() if one.closes_at else None,
    }


def render_redemption(one: Redemption) -> dict[str, Any]:
    return {
        "id": one.id,
        "reward_id": one.reward_id,
        "member_id": one.member_id,
        "cost": one.cost,
        "state": one.state,
        "at": one.at.isoformat(),
    }


def render_draw(one: Draw, winners: list[str], entries: int) -> dict[str, Any]:
    drawn = one.state == "drawn"
    return {
        "id": one.id,
        "name": one.name,
        "rules": dict(one.rules),
        "commitment": one.commitment.hex(),
        "state": one.state,
        "closes_at": one.closes_at.isoformat(),
        "entries": entries,
        "seed": one.seed.hex() if drawn else None,
        "winners": winners if drawn else None,
    }


async def _caller(request: Request, least: Scope, community: str | None) -> tuple[Caller, Site, str]:
    caller = await authenticate(request, least)
    return caller, site_of(request), caller.community_for(community)
