"""The reference, from this service's own files: it works without a network."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from assistant.types import Label
from assistant.web.pages import language_of, page
from assistant.web.reference import operations_by_tag
from assistant.web.site import site_of
from assistant.words import load_words

_FILLED = re.compile(r"\{(\w+)\}")

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def get_docs(request: Request) -> Response:
    words, language = load_words(), language_of(request)
    settings = site_of(request).assistant.settings
    root = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return page(
        "docs.html",
        request,
        page="docs",
        groups=operations_by_tag(request.app.openapi(), root),
        labels=[label.value for label in Label] + ["custom"],
        errors=[
            (key.removeprefix("errors."), _FILLED.sub(r"‹\1›", words.get(key, language)))
            for key in words.keys("errors.")
        ],
    )
