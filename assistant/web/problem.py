"""Errors as answers: RFC 9457 problem details on our own routes, the vendor's shape on the routes that stand in for one."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from string import Formatter
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import AssistantError, InvalidInput, RateLimited, StillLoading, TooLarge, Unauthenticated
from assistant.words import Words, choose_language, load_words

OPENAI_PATHS = frozenset({"/v1/moderations", "/v1/chat/completions", "/v1/models"})
OPENAI_PREFIX = "/v1/models/"
PERSPECTIVE_PREFIXES = ("/v1alpha1/", "/$discovery/", "/discovery/")

_LONGEST_PROBLEM = 500
_PERSPECTIVE_DETAIL = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_GOOGLE_CODE = {413: 400, 415: 400, 422: 400}
_OPENAI_TYPE = {
    401: ("invalid_request_error", "invalid_api_key"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    503: ("server_error", None),
}


class PerspectiveError(InvalidInput):
    """A 400 that Perspective's clients tell apart by its sentence and the ``errorType`` in its details."""

    def __init__(self, sentence: str, error_type: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(field=field, problem=sentence)
        self.sentence = sentence
        self.details = [{"@type": _PERSPECTIVE_DETAIL, "errorType": error_type, **facts}]


def error_response(request: Request, error: AssistantError) -> Response:
    """``error`` in the shape that the caller of this path parses."""
    path = request.url.path
    detail = sentence(error, request.headers.get("accept-language"))
    status, media = error.status, "application/json"
    if path in OPENAI_PATHS or path.startswith(OPENAI_PREFIX):
        document = openai_document(error, detail)
    elif path.startswith(PERSPECTIVE_PREFIXES):
        status = _GOOGLE_CODE.get(status, status)
        document = _google(error, detail, status)
    else:
        document, media = problem_document(error, detail, request_id(request)), "application/problem+json"
    return Response(orjson.dumps(document), status, _headers(error), media_type=media)


def sentence(error: AssistantError, accept_language: str | None) -> str:
    """What went wrong, in the reader's language."""
    words, language = load_words(), choose_language(accept_language)
    key = f"errors.{error.message}"
    values = {"problem": "", **{name: "" if value is None else value for name, value in error.values.items()}}
    values["problem"] = _in_words(str(values["problem"]), words, language)
    return words.get(key if key in words else "errors.internal", language, **values)


def _in_words(problem: str, words: Words, language: str) -> str:
    """The validator's ``problem`` as the words file says it in ``language``; as it is where the file does not know it."""
    if language == "en" or len(problem) > _LONGEST_PROBLEM:
        return problem
    for pattern, key in _validator_sentences():
        if found := pattern.fullmatch(problem):
            return words.get(key, language, **found.groupdict())
    return problem


@cache
def _validator_sentences() -> list[tuple[re.Pattern[str], str]]:
    """The validator's English sentences that the words file says in other languages too; those that leave the least open first."""
    words = load_words()
    known = []
    for key in words.keys("problems."):
        pieces = list(Formatter().parse(words.get(key)))
        pattern = "".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in pieces)
        known.append((sum(len(text) for text, *_ in pieces), re.compile(pattern, re.DOTALL), key))
    return [(pattern, key) for _, pattern, key in sorted(known, key=lambda one: -one[0])]


def request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def problem_document(error: AssistantError, detail: str, identifier: str) -> dict[str, Any]:
    return {
        "type": f"/docs#{error.message}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": detail,
        "field": error.field,
        "limit": error.limit,
        "request_id": identifier,
    }


def openai_document(error: AssistantError, detail: str) -> dict[str, Any]:
    """``error`` as OpenAI's clients parse it."""
    kind, code = _OPENAI_TYPE.get(error.status, ("invalid_request_error", error.message))
    return {"error": {"message": detail, "type": kind, "param": error.field, "code": code}}


def _google(error: AssistantError, detail: str, code: int) -> dict[str, Any]:
    document: dict[str, Any] = {"code": code, "message": detail, "status": _GOOGLE_STATUS.get(code, "INTERNAL")}
    if isinstance(error, PerspectiveError):
        document |= {"message": error.sentence, "details": error.details}
    elif error.field:
        violation = {"field": error.field, "description": detail}
        document["details"] = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return {"error": document}


def _headers(error: AssistantError) -> dict[str, str]:
    headers = {"cache-control": "no-store", "vary": "Accept-Language"}
    if isinstance(error, RateLimited | StillLoading):
        headers["retry-after"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = 'Bearer realm="assistant"'
    if isinstance(error, TooLarge) and error.field == "body":
        headers["connection"] = "close"
    return headers
