"""OpenAI's chat completions, answered by the FAQ bot: for clients and chat front ends that change nothing but the address."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from assistant.errors import AssistantError, NotFound
from assistant.faq.choosing import choose, offered
from assistant.faq.rewrite import rewrite
from assistant.usecases.faq.ask import ask
from assistant.usecases.faq.conversation import TURNS, Asker
from assistant.usecases.request import Name
from assistant.web.answers import json_answer
from assistant.web.body import off_loop, parse, read_body
from assistant.web.openapi import body, errors, streamed
from assistant.web.problem import openai_document, sentence
from assistant.web.routes.connections import Community
from assistant.web.routes.faq import KEEP_ALIVE_S, asker_of, preferred_of, render_asked
from assistant.web.shapes import OpenAIErrorShape
from assistant.web.site import site_of
from assistant.web.vendors.openai_chat import MODEL, ChatRequest, chunks, completion, model, models

MAX_BODY_BYTES = 1_048_576

router = APIRouter(tags=["OpenAI"])
_MODEL_ERRORS = errors(401, 403, 404, 429, 503, shape=OpenAIErrorShape)


@router.post(
    "/v1/chat/completions",
    summary="Ask in OpenAI's request and response shape",
    description=(
        "The last message is the question, those before it are read for what it leaves open. Our own answer, with its citations, stands "
        "under `assistant`; with `stream`, in the last chunk that has a choice. System messages are not followed."
    ),
    responses={
        **streamed("A chat completion, or its chunks as server-sent events."),
        **errors(400, 401, 403, 404, 413, 415, 429, 503, shape=OpenAIErrorShape),
    },
    openapi_extra={
        **body(ChatRequest, {"returns": {"messages": [{"role": "user", "content": "怎麼退貨？"}]}}),
        "security": [{"key": []}],
    },
)
async def post_chat(request: Request, community: Community = None) -> Response:
    asker, first = await asker_of(request, community)
    asked = await off_loop(lambda raw: parse(ChatRequest, raw), await read_body(request, MAX_BODY_BYTES))
    identity = {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "created": int(time.time()),
        "model": asked.model or MODEL,
    }
    answering = asyncio.ensure_future(_answer(request, asker, asked, first=first))
    if not asked.stream:
        return json_answer(completion(identity, await answering))
    await asyncio.wait({answering}, timeout=KEEP_ALIVE_S)
    if answering.done() and answering.exception() is not None:
        await answering  # an error before the first byte has a status of its own
    return StreamingResponse(
        _events(request, identity, answering, usage=asked.wants_usage),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@router.get(
    "/v1/models",
    summary="The models, in OpenAI's shape",
    description="One: the community's own entries. Chat completions accept any other name too, and answer the same.",
    responses={200: {"description": "A list of models."}, **_MODEL_ERRORS},
    openapi_extra={"security": [{"key": []}]},
)
async def get_models(request: Request, community: Community = None) -> Response:
    await asker_of(request, community)
    return json_answer(models())


@router.get(
    "/v1/models/{model_id}",
    summary="A model, in OpenAI's shape",
    responses={200: {"description": "The model."}, **_MODEL_ERRORS},
    openapi_extra={"security": [{"key": []}]},
)
async def get_model(request: Request, model_id: Name, community: Community = None) -> Response:
    await asker_of(request, community)
    if model_id != MODEL:
        raise NotFound("model_unknown", field="model", limit=MODEL)
    return json_answer(model(MODEL))


async def _answer(request: Request, asker: Asker, asked: ChatRequest, *, first: bool) -> dict[str, Any]:
    question, offer = asked.question(), None
    if asked.conversation_id is None:
        turns = asked.turns()[-TURNS:]
        offer = offered(turns)
        question = question if offer and choose(question, offer) else rewrite(question, turns)
    answer = await ask(
        site_of(request).assistant, asker, question, asked.conversation_id, None, preferred_of(request), offer
    )
    return render_asked(answer, asker.token if first else None)


async def _events(
    request: Request, identity: Mapping[str, Any], answering: Awaitable[dict[str, Any]], *, usage: bool
) -> AsyncIterator[bytes]:
    """Server-sent events as OpenAI's clients read them; comments keep an idle connection open."""
    task = asyncio.ensure_future(answering)
    try:
        while not task.done():
            done, _ = await asyncio.wait({task}, timeout=KEEP_ALIVE_S)
            if not done:
                yield b": keep-alive\n\n"
        try:
            native = task.result()
        except AssistantError as error:
            yield _data(openai_document(error, sentence(error, request.headers.get("accept-language"))))
            return
        for chunk in chunks(identity, native, usage=usage):
            yield _data(chunk)
        yield b"data: [DONE]\n\n"
    finally:
        task.cancel()


def _data(document: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"
