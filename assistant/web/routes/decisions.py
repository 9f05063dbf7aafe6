"""Decisions that were stored."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, NotFound
from assistant.types import Action, is_label
from assistant.types.access import Scope
from assistant.usecases.decisions import DecisionFilters, get_decision, page_decisions
from assistant.usecases.request import AnyMoment, Cursor, storable
from assistant.web.answers import json_answer
from assistant.web.auth import authenticate
from assistant.web.openapi import errors
from assistant.web.shapes import PageShape, StoredDecisionShape
from assistant.web.site import site_of

router = APIRouter(tags=["decisions"])

_ID = re.compile(r"dec_[0-9a-z]{1,60}")
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}


def _sane(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("must be a time with a time zone between the years 2000 and 2200")
    return moment


def _label(name: str) -> str:
    if not is_label(name):
        raise ValueError("is not a label; a community's own is written custom:<name>")
    return name


Moment = Annotated[AnyMoment, AfterValidator(_sane)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]


class DecisionQuery(BaseModel):
    """Which decisions, and how many at a time."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="At or after this time.")
    until: Moment | None = Field(None, description="Before this time.")
    action: Action | None = None
    label: Annotated[Name, AfterValidator(_label)] | None = None
    member: Name | None = None
    channel: Name | None = None
    flagged: bool | None = None
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    cursor: Cursor | None = Field(None, description="`next_cursor` of the page before.")
    limit: int = Field(50, ge=1, le=200)


@router.get(
    "/v1/decisions",
    summary="Stored decisions, newest first",
    responses={200: {"model": PageShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_decisions(request: Request, query: Annotated[DecisionQuery, Query()]) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    if query.since and query.until and query.since >= query.until:
        raise InvalidInput(field="until", problem="must be after since")
    filters = DecisionFilters(
        since=query.since,
        until=query.until,
        action=query.action,
        label=query.label,
        member_id=query.member,
        channel=query.channel,
        flagged=query.flagged,
    )
    assistant = site_of(request).assistant
    return json_answer(
        await page_decisions(
            assistant, caller, filters, community=query.community, cursor=query.cursor, limit=query.limit
        )
    )


@router.get(
    "/v1/decisions/{decision_id}",
    summary="One stored decision",
    responses={200: {"model": StoredDecisionShape}, **errors(401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_one(request: Request, decision_id: str, community: Annotated[Name | None, Query()] = None) -> Response:
    caller = await authenticate(request, Scope.OPERATOR)
    if not _ID.fullmatch(decision_id):
        raise NotFound
    return json_answer(await get_decision(site_of(request).assistant, caller, decision_id, community=community))
