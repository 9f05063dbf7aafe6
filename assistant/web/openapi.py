"""The OpenAPI document: FastAPI's own, with the bodies of routes that read them raw, the errors in their real shapes, and the key."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from assistant.web.shapes import OpenAIErrorShape, PerspectiveErrorShape, ProblemShape

DESCRIPTION = (
    "Moderation for Chinese and English communities. Only text is screened. "
    "Send the key as `Authorization: Bearer <key>`; errors of our own routes are RFC 9457 problem details, "
    "those of the OpenAI and Perspective routes keep the vendor's shape."
)
_SENTENCES = {
    400: "The request is wrong; `field` names the part.",
    401: "No key, or one that does not work.",
    403: "The key may not do that.",
    404: "There is no such thing, or not for this key.",
    409: "It contradicts something that is already stored.",
    413: "The body or a text is over its limit.",
    415: "The body is not JSON in UTF-8.",
    422: "The policy is not valid.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "The service cannot answer right now.",
}
_MODELS: set[type[BaseModel]] = {ProblemShape, OpenAIErrorShape, PerspectiveErrorShape}


def body(model: type[BaseModel], examples: dict[str, Any]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads a JSON body by itself as ``model``."""
    _MODELS.add(model)
    named = {name: {"value": value} for name, value in examples.items()}
    content = {"application/json": {"schema": _ref(model), "examples": named}}
    return {"requestBody": {"required": True, "content": content}}


def errors(*statuses: int, shape: type[BaseModel] = ProblemShape) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may answer with these."""
    media = "application/problem+json" if shape is ProblemShape else "application/json"
    return {
        status: {"description": _SENTENCES[status], "content": {media: {"schema": _ref(shape)}}} for status in statuses
    }


def streamed(description: str) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that answers with JSON, or with server-sent events where they are asked for."""
    return {200: {"description": description, "content": {"text/event-stream": {}}}}


def install(app: FastAPI) -> None:
    """Make ``app.openapi`` answer with the complete document, built once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, definitions = models_json_schema(
        [(model, "validation") for model in sorted(_MODELS, key=str)], ref_template="#/components/schemas/{model}"
    )
    for name, schema in definitions["$defs"].items():
        if schemas.setdefault(name, schema) != schema:
            raise TypeError(f"two shapes are called {name}: clients would read one answer by the other's")
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key made by `assistant keys create`."},
        "url_key": {
            "type": "apiKey",
            "in": "query",
            "name": "key",
            "description": "Only where Perspective's clients send it so.",
        },
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            responses = operation.get("responses", {})
            invented = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if invented.get("$ref", "").endswith("/HTTPValidationError"):
                del responses["422"]
    return document


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
