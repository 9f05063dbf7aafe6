"""The playground: a page, and an endpoint of its own that never stores. See ``loopback.py`` for who is let in."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import InvalidInput, TooLarge
from assistant.moderation.policy import dump_policy, read_policy_text, shipped_policy
from assistant.types import Label, Policy
from assistant.usecases.moderate import screen_only
from assistant.usecases.request import ModerateRequest, Shape, Text
from assistant.web.answers import json_answer
from assistant.web.body import parse, read_body
from assistant.web.loopback import require_playground
from assistant.web.pages import language_of, page
from assistant.web.site import Site, client_address, site_of
from assistant.words import Words, load_words

DEMO = "demo"
MAX_BODY_BYTES = 500_000
MAX_POLICY_CHARS = 200_000

router = APIRouter(include_in_schema=False)


class ScreenShape(Shape):
    """``policy`` is JSON or TOML as pasted; ``None`` is the demo community's."""

    text: Text
    policy: Text | None = Field(None, max_length=MAX_POLICY_CHARS)


@router.get("/")
async def get_playground(request: Request) -> Response:
    site = _site(request)
    words, language = load_words(), language_of(request)
    policy = {"thresholds": dump_policy(shipped_policy())["thresholds"]}
    return page(
        "playground.html",
        request,
        page="playground",
        words=json.dumps(_script_words(words, language), ensure_ascii=False),
        chips=_chips(words, language),
        limit=site.assistant.settings.limits.text_chars,
        policy=json.dumps({"id": "mine", "version": 1, **policy}, ensure_ascii=False, indent=2),
    )


@router.post("/playground/screen")
async def post_screen(request: Request) -> Response:
    site = _site(request)
    site.addresses.take(f"playground {client_address(request)}", site.assistant.settings.limits.playground_per_minute)
    asked = parse(ScreenShape, await read_body(request, MAX_BODY_BYTES))
    limit = site.assistant.settings.limits.text_chars
    if len(asked.text) > limit:
        raise TooLarge(field="text", limit=limit)
    if not asked.text.strip():
        raise InvalidInput("text_empty", field="text", limit=1)
    policy = await asyncio.to_thread(_policy, asked.policy) if asked.policy is not None else None
    answer, used = await screen_only(site.assistant, ModerateRequest(text=asked.text), community=DEMO, policy=policy)
    return json_answer({**answer, "thresholds": {label: asdict(steps) for label, steps in used.thresholds.items()}})


def _site(request: Request) -> Site:
    site = site_of(request)
    require_playground(request, site.assistant.settings.playground, site.assistant.settings.public_url)
    return site


def _policy(text: str) -> Policy:
    return read_policy_text(text, toml=not text.lstrip().startswith("{"))


def _chips(words: Words, language: str) -> list[dict[str, str]]:
    names = [key.removesuffix(".name") for key in words.keys("playground.chips.") if key.endswith(".name")]
    return [
        {"name": words.get(f"{name}.name", language), "text": words.get(f"{name}.text", language)} for name in names
    ]


def _script_words(words: Words, language: str) -> dict[str, Any]:
    prefix = "playground.script."
    names = [label.value for label in Label]
    return {
        **{key.removeprefix(prefix): words.get(key, language) for key in words.keys(prefix)},
        "labels": {name: words.get(f"labels.{name}.name", language) for name in names},
        "definitions": {name: words.get(f"labels.{name}.definition", language) for name in names},
        "actions": {key.removeprefix("actions."): words.get(key, language) for key in words.keys("actions.")},
    }
