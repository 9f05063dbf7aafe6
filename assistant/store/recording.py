"""Decisions into their tables, with idempotency in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import psycopg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from assistant.errors import AssistantError, Conflict
from assistant.store.answers import beside_columns, with_words, without_words
from assistant.store.cases import values as case_values
from assistant.store.deliveries import values as delivery_values
from assistant.store.events import PUT, row_of
from assistant.store.tables import cases, decisions, deliveries
from assistant.types import Case, Delivery
from assistant.types.event import Event, EventType

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _insert_rows(table: Table) -> str:
    """A statement that inserts the rows of one JSON array; those that are there already stay as they are."""
    columns = {column.name: column.type.compile(dialect=_DIALECT) for column in table.columns}
    names, typed = ", ".join(columns), ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM jsonb_to_recordset(%s) AS given({typed}) "  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )


_INSERT = _insert_rows(decisions)
_CLAIM = """
    INSERT INTO idempotency_keys (community, key, body_hash, responses, expires_at)
    SELECT %s, key, decode(body_hash, 'hex'), responses, expires_at
    FROM jsonb_to_recordset(%s) AS given(key text, body_hash text, responses jsonb, expires_at timestamptz) ORDER BY key
    ON CONFLICT (community, key) DO UPDATE
        SET body_hash = excluded.body_hash, responses = excluded.responses, expires_at = excluded.expires_at
        WHERE idempotency_keys.expires_at <= %s
    RETURNING key
"""
_CLAIMED = "SELECT key, body_hash, responses FROM idempotency_keys WHERE community = %s AND key = ANY(%s)"
_MASKED = "SELECT id, masked_text FROM decisions WHERE community = %s AND id = ANY(%s) AND masked_text IS NOT NULL"
_INSERT_DELIVERIES, _INSERT_CASES = (_insert_rows(table) for table in (deliveries, cases))
_BIND = "SELECT set_config('assistant.community', %s, true), set_config('statement_timeout', %s, true)"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """``body_hash`` is a SHA-256 of the request's body."""

    key: str
    body_hash: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewDecision:
    """``response`` is the native answer, whole; ``labels`` reached a threshold; ``degraded`` names the stages that failed.

    ``text`` and ``parts`` (texts by the field that findings name) are always given, for an answer repeated to the same key is completed
    from them; they, ``context`` and the masked text are kept until ``text_expires_at``, and not at all if it is ``None``. ``refs`` is what
    acting upon the message needs; ``deliveries`` and ``cases`` are what the decision brings, stored with it or not at all.
    """

    id: str
    community: str
    created_at: datetime
    response: Mapping[str, Any]
    text: str
    labels: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    context: Sequence[Mapping[str, Any]] = ()
    text_expires_at: datetime | None = None
    member_id: str | None = None
    channel: str | None = None
    platform: str | None = None
    platform_message_id: str | None = None
    purpose: str = "chat"
    key_id: str | None = None
    connection_id: str | None = None
    refs: Mapping[str, str] | None = None
    locale: str | None = None
    deliveries: Sequence[Delivery] = ()
    cases: Sequence[Case] = ()
    idempotency: Idempotency | None = None
    event_type: EventType | None = None
    """What the member did by it, which is then among the events too, under the decision's id."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """``repeated``: the key was known, and ``response`` is the answer first given to it."""

    id: str
    response: Mapping[str, Any]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What stands or falls together: one decision, or a batch's, under one idempotency key or none. Never empty."""

    decisions: Sequence[NewDecision]
    idempotency: Idempotency | None

    @property
    def community(self) -> str:
        """Whose key the idempotency key is."""
        return self.decisions[0].community


@dataclass(frozen=True, slots=True)
class _Claim:
    """An idempotency key's use, asked for or kept: ``responses`` are without words."""

    key: str
    body_hash: bytes
    responses: Sequence[Mapping[str, Any]]


_Key = tuple[str, str]
"""Community and idempotency key."""

Outcome = list[StoredDecision] | AssistantError


def bind(cursor: psycopg.Cursor[Any], community: str, timeout_s: float) -> None:
    """Bind the transaction, from here on, to a community."""
    cursor.execute(_BIND, (community, str(int(timeout_s * 1000))))


def record(cursor: psycopg.Cursor[Any], requests: Sequence[Request], timeout_s: float) -> list[Outcome]:
    """Write the requests' decisions in the cursor's transaction, each under its community; one outcome per request, in order: a Conflict
    for a key known with another body, which writes nothing.

    Raises:
        psycopg.Error: a row was refused; nothing of the transaction holds.
    """
    first = _first_of_each_key(requests)
    kept: dict[_Key | None, _Claim] = {}
    for community, its_first in _by_community(first).items():
        bind(cursor, community, timeout_s)
        kept.update({(community, claim.key): claim for claim in _claim(cursor, community, its_first)})
    fresh = [
        request for request in requests if first.get(_key(request), request) is request and _key(request) not in kept
    ]
    _insert(cursor, fresh, timeout_s)
    written = {id(request) for request in fresh}
    return [
        [StoredDecision(new.id, new.response) for new in request.decisions]
        if id(request) in written
        else _repeat(cursor, request, kept.get(_key(request)) or _claim_of(first[_key(request)]), timeout_s)
        for request in requests
    ]


def _key(request: Request) -> _Key | None:
    return (request.community, request.idempotency.key) if request.idempotency else None


def _first_of_each_key(requests: Sequence[Request]) -> dict[_Key | None, Request]:
    first: dict[_Key | None, Request] = {}
    for request in requests:
        if request.idempotency is not None:
            first.setdefault(_key(request), request)
    return first


def _by_community(first: Mapping[_Key | None, Request]) -> dict[str, list[Request]]:
    """In one order everywhere, so that two writers' locks cannot wait for each other."""
    groups: dict[str, list[Request]] = {}
    for request in sorted(first.values(), key=lambda request: _key(request) or ("", "")):
        groups.setdefault(request.community, []).append(request)
    return groups


def _claim(cursor: psycopg.Cursor[Any], community: str, requests: Sequence[Request]) -> list[_Claim]:
    """Take the requests' keys; returns what is kept under those that were taken before and have not expired."""
    rows = [
        {
            "key": claim.key,
            "body_hash": claim.body_hash.hex(),
            "responses": claim.responses,
            "expires_at": request.idempotency.expires_at if request.idempotency else None,
        }
        for request, claim in ((request, _claim_of(request)) for request in requests)
    ]
    now = max(request.decisions[0].created_at for request in requests)
    taken = {key for (key,) in cursor.execute(_CLAIM, (community, orjson.dumps(rows).decode(), now))}
    others = [row["key"] for row in rows if row["key"] not in taken]
    if not others:
        return []
    return [_Claim(*row) for row in cursor.execute(_CLAIMED, (community, others))]


def _claim_of(request: Request) -> _Claim:
    key, body_hash = (request.idempotency.key, request.idempotency.body_hash) if request.idempotency else ("", b"")
    return _Claim(key, body_hash, [without_words(new.response) for new in request.decisions])


def _insert(cursor: psycopg.Cursor[Any], requests: Sequence[Request], timeout_s: float) -> None:
    """Decisions and what they bring, by community; in one order everywhere, so that two writers cannot wait for each other."""
    by_community: defaultdict[str, list[NewDecision]] = defaultdict(list)
    for request in requests:
        for new in request.decisions:
            by_community[new.community].append(new)
    for community, its in sorted(by_community.items()):
        bind(cursor, community, timeout_s)
        cursor.execute(_INSERT, (_json([_row(new) for new in its]),))
        if brought := sorted((entry for new in its for entry in new.deliveries), key=lambda entry: entry.key):
            cursor.execute(_INSERT_DELIVERIES, (_json([delivery_values(entry) for entry in brought]),))
        if opened := sorted((case for new in its for case in new.cases), key=lambda case: case.key):
            cursor.execute(_INSERT_CASES, (_json([case_values(case) for case in opened]),))
        if done := [row_of(community, _event(new), new.created_at) for new in its if new.event_type and new.member_id]:
            cursor.execute(PUT, {"rows": _json(done)})


def _event(new: NewDecision) -> Event:
    """The words as long as the decision keeps them; only what was allowed as it stands counts as unflagged."""
    assert new.event_type is not None  # noqa: S101 - asked by the caller
    return Event(
        id=new.id,
        type=new.event_type,
        member_id=new.member_id or "",
        at=new.created_at,
        channel=new.channel,
        text=new.text if new.text_expires_at is not None and new.text else None,
        language=new.response["detected_language"],
        flagged=new.response["action"] != "allow",
        decision_id=new.id,
        source=new.connection_id or "api",
    )


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def _repeat(cursor: psycopg.Cursor[Any], request: Request, kept: _Claim, timeout_s: float) -> Outcome:
    """The first answers, completed with the words of this request, which are the same words."""
    if kept.body_hash != _claim_of(request).body_hash or len(kept.responses) != len(request.decisions):
        return Conflict("idempotency_conflict", field="Idempotency-Key")
    ids = [response["id"] for response in kept.responses]
    bind(cursor, request.community, timeout_s)
    masked = dict(cursor.execute(_MASKED, (request.community, ids)).fetchall())
    return [
        StoredDecision(
            first["id"],
            with_words(first, _texts(new), masked.get(first["id"], new.response["masked_text"])),
            repeated=first["id"] != new.id,
        )
        for first, new in zip(kept.responses, request.decisions, strict=True)
    ]


def _texts(new: NewDecision) -> dict[str, str]:
    return {"text": new.text, **new.parts}


def _row(new: NewDecision) -> dict[str, Any]:
    answer = without_words(new.response)
    row = {
        "id": new.id,
        "community": new.community,
        "created_at": new.created_at,
        "action": answer["action"],
        "flagged": answer["flagged"],
        "labels": new.labels,
        "member_id": new.member_id,
        "channel": new.channel,
        "platform": new.platform,
        "platform_message_id": new.platform_message_id,
        "purpose": new.purpose,
        "scores": answer["scores"],
        "findings": answer["findings"],
        "language": answer["detected_language"],
        "policy_version": answer["policy"]["version"],
        "model_id": answer["model"]["id"],
        "model_version": answer["model"]["version"],
        "degraded": new.degraded,
        "key_id": new.key_id,
        "connection_id": new.connection_id,
        "refs": new.refs or None,
        "locale": new.locale,
        "response": beside_columns(answer),
    }
    return row if new.text_expires_at is None else row | _words(new)


def _words(new: NewDecision) -> dict[str, Any]:
    return {
        "text": new.text,
        "masked_text": new.response["masked_text"],
        "parts": new.parts or None,
        "context": new.context or None,
        "text_expires_at": new.text_expires_at,
    }
