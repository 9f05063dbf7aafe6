"""Documents of the FAQ bot, and the jobs that read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import AssistantError, InvalidInput, TooLarge
from assistant.faq.ingest import FORMATS, MAX_NAME_CHARS, check_name
from assistant.faq.ingest.languages import read_tag
from assistant.store.faq_jobs import ItemState, Job, JobState
from assistant.usecases.faq import documents as documents_usecase
from assistant.usecases.faq import imports
from assistant.usecases.faq.entries import Until
from assistant.usecases.faq.imports import Options
from assistant.usecases.faq.ingest import run_job
from assistant.usecases.request import Cursor, LanguageTag, Moment, Name, Text
from assistant.web.answers import json_answer
from assistant.web.auth import operator_of
from assistant.web.openapi import errors
from assistant.web.problem import sentence
from assistant.web.routes.connections import Community
from assistant.web.site import Site, site_of

MOST_FILES = 100
FORM_DOCUMENTS = 4
"""A form may be as large as so many documents."""
AT_ONCE_BYTES = 1_048_576
"""Uploads up to this size are read before they are answered; larger ones by the worker's process."""

router = APIRouter(tags=["faq"])
_SECURITY: dict[str, Any] = {"security": [{"key": []}]}
_FORM = "multipart/form-data"


class JobShape(BaseModel):
    """``state`` is ``waiting``, ``running``, ``done``, ``failed`` (every document did) or ``stopped``."""

    id: str
    state: JobState
    total: int = Field(description="Documents.")
    done: int
    failed: int
    unchanged: int = Field(description="Of those done, how many were read before and have not changed.")
    entries: int
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class ReadShape(BaseModel):
    name: str
    state: str
    entries: int
    error: dict[str, Any] | None
    warnings: list[str] = Field(
        description="What was left out of the document or contradicts itself, as in the list of documents."
    )


class WholeJobShape(JobShape):
    documents: list[ReadShape] = Field(description="At most 1,000; those that failed first.")


class DocumentShape(BaseModel):
    id: str
    name: str
    title: str
    language: str
    entries: int
    warnings: list[str] = Field(description="What was left out or contradicts itself.")
    created_at: datetime
    updated_at: datetime


class DocumentsShape(BaseModel):
    documents: list[DocumentShape]
    next_cursor: str | None


class JobsShape(BaseModel):
    jobs: list[JobShape]
    next_cursor: str | None


class PostQuery(BaseModel):
    """What holds for every entry that does not say otherwise itself."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text | None, Field(max_length=MAX_NAME_CHARS)] = Field(
        None,
        examples=["returns.txt"],
        description=f"The document's name, where the body is the document itself; it ends in {', '.join(sorted(FORMATS))}.",
    )
    community: Name | None = Field(None, description="Only for a key that belongs to no community.")
    roles: list[Name] = Field([], max_length=50, description="Who may see the entries; repeat it. None: everyone.")
    language: LanguageTag | None = None
    source: Text = Field("", max_length=2_000, description="Where the document stands for members to read.")
    valid_from: Moment | None = None
    valid_to: Until = None
    again: bool = Field(False, description="Read also what has not changed.")

    def options(self) -> Options:
        fields = self.model_dump(exclude={"name", "community"})
        language = read_tag(self.language) if self.language else ""
        return Options(**{**fields, "roles": tuple(self.roles), "language": language})


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string"},
                "examples": {"text": {"value": "Q: 怎麼退貨？\nA: 到貨七天內可以退。\n"}},
            },
            _FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["file"],
                }
            },
        },
    }
}


@router.post(
    "/v1/faq/documents",
    summary="Import documents: one as the body, or several as a form",
    description="A document takes the place of the one of its name; one that has not changed is not read again. Small ones are read "
    "at once (201), larger ones by a job (202). Where a single document that is read at once will not do, the answer is its error.",
    status_code=201,
    responses={
        201: {"model": WholeJobShape},
        202: {"model": WholeJobShape, "description": "It waits to be read."},
        **errors(400, 401, 403, 404, 409, 413, 415, 429, 503),
    },
    openapi_extra={**_BODY, **_SECURITY},
)
async def post_documents(request: Request, query: Annotated[PostQuery, Query()]) -> Response:
    caller, site, own = await operator_of(request, query.community)
    assistant, options = site.assistant, query.options()
    documents = await _documents(request, query.name)
    loop, threads = asyncio.get_running_loop(), assistant.batches
    opened = partial(imports.open_import, assistant, own, documents, options, actor=caller.key_id)
    job = await loop.run_in_executor(threads, opened)
    if sum(len(content) for _, content in documents) > AT_ONCE_BYTES:
        await asyncio.to_thread(imports.let_go, assistant, job)
        return await _whole(request, site, own, job, 202)
    job = await loop.run_in_executor(threads, partial(run_job, assistant, job))
    if len(documents) == 1:
        _, items = await asyncio.to_thread(imports.get_job, assistant, own, job.id)
        for _, error in imports.failures(items):
            raise error
    return await _whole(request, site, own, job, 201)


@router.get(
    "/v1/faq/documents",
    summary="The documents, the newest first",
    responses={200: {"model": DocumentsShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_documents(
    request: Request,
    community: Community = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    _, site, own = await operator_of(request, community)
    page = await asyncio.to_thread(documents_usecase.list_documents, site.assistant, own, cursor, limit)
    rows = [documents_usecase.render_document(row) for row in page.rows]
    return json_answer({"documents": rows, "next_cursor": page.next_cursor})


@router.get(
    "/v1/faq/documents/{document_id}",
    summary="One document",
    responses={200: {"model": DocumentShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_document(request: Request, document_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    row = await asyncio.to_thread(documents_usecase.get_document, site.assistant, own, document_id)
    return json_answer(documents_usecase.render_document(row))


@router.delete(
    "/v1/faq/documents/{document_id}",
    summary="Remove a document, with its entries, at once",
    status_code=204,
    responses={204: {"description": "Removed."}, **errors(400, 401, 403, 404, 429, 503)},
    response_class=Response,
    openapi_extra=_SECURITY,
)
async def delete_document(request: Request, document_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    await asyncio.to_thread(documents_usecase.remove_document, site.assistant, own, document_id, actor=caller.key_id)
    return Response(status_code=204)


@router.get(
    "/v1/faq/jobs",
    summary="Imports, the newest first",
    responses={200: {"model": JobsShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_jobs(
    request: Request,
    community: Community = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    _, site, own = await operator_of(request, community)
    page = await asyncio.to_thread(imports.list_jobs, site.assistant, own, cursor, limit)
    return json_answer({"jobs": [imports.render_job(job) for job in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/v1/faq/jobs/{job_id}",
    summary="One import, with an error for each document that could not be read",
    responses={200: {"model": WholeJobShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def get_job(request: Request, job_id: Name, community: Community = None) -> Response:
    _, site, own = await operator_of(request, community)
    job, _ = await asyncio.to_thread(imports.get_job, site.assistant, own, job_id)
    return await _whole(request, site, own, job, 200)


@router.post(
    "/v1/faq/jobs/{job_id}/stop",
    summary="Stop an import; what was read stays",
    responses={200: {"model": WholeJobShape}, **errors(400, 401, 403, 404, 429, 503)},
    openapi_extra=_SECURITY,
)
async def post_stop(request: Request, job_id: Name, community: Community = None) -> Response:
    caller, site, own = await operator_of(request, community)
    job = await asyncio.to_thread(imports.stop_job, site.assistant, own, job_id, actor=caller.key_id)
    return await _whole(request, site, own, job, 200)


async def _documents(request: Request, name: str | None) -> list[tuple[str, bytes]]:
    """Raises: InvalidInput, TooLarge."""
    limit = imports.limits_of(site_of(request).assistant.settings).bytes
    if request.headers.get("content-type", "").lower().startswith(_FORM):
        return await _form(request, FORM_DOCUMENTS * limit)
    if name is None:
        raise InvalidInput(field="name", problem="is missing: it says what the body is")
    name = check_name(name)
    body = b"".join([chunk async for chunk in _bounded(request, limit, name)])
    if not body:
        raise InvalidInput("body_empty", field="body")
    return [(name, body)]


async def _form(request: Request, limit: int) -> list[tuple[str, bytes]]:
    parser = MultiPartParser(request.headers, _bounded(request, limit, "body"), max_files=MOST_FILES, max_fields=0)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise InvalidInput(field="body", problem=f"is no form with files: {error}") from None
    try:
        files = [file for _, file in form.multi_items() if isinstance(file, UploadFile)]
        if not files:
            raise InvalidInput(field="body", problem="holds no file")
        return [(file.filename or "", await file.read()) for file in files]
    finally:
        await form.close()


async def _bounded(request: Request, limit: int, field: str) -> AsyncGenerator[bytes, None]:
    """The body, never more of it than the limit. Raises: TooLarge."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(field=field, limit=limit)
        yield chunk


async def _whole(request: Request, site: Site, community: str, job: Job, status: int) -> Response:
    job, items = await asyncio.to_thread(imports.get_job, site.assistant, community, job.id)
    language = request.headers.get("accept-language")
    read = [item.name for item in items if item.state is ItemState.DONE]
    warnings = await asyncio.to_thread(documents_usecase.warnings_of, site.assistant, community, read)
    documents = [
        {
            "name": item.name,
            "state": item.state.value,
            "entries": item.entries,
            "error": _told(imports.read_error(item.error), language) if item.error else None,
            "warnings": list(warnings.get(item.name, ())),
        }
        for item in items
    ]
    return json_answer({**imports.render_job(job), "documents": documents}, status)


def _told(error: AssistantError, accept_language: str | None) -> dict[str, Any]:
    return {"type": f"/docs#{error.message}", "detail": sentence(error, accept_language), "limit": error.limit}
