"""Drafts, their edits and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, insert, select, update

from assistant.errors import Conflict, NotFound
from assistant.store.content_tables import content_changes, content_drafts
from assistant.store.paging import Page, read_page
from assistant.types.content import Draft, DraftState, Kind, Screening


@dataclass(frozen=True, slots=True)
class Change:
    """An edit with its diff, or a decision; ``note`` is the reason that was given."""

    at: datetime
    actor: str
    action: str
    diff: tuple[str, ...]
    note: str


def add(connection: Connection, draft: Draft) -> None:
    """Raises: NotFound, where there is no such community."""
    try:
        with connection.begin_nested():
            connection.execute(insert(content_drafts).values(_row(draft)))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def save(connection: Connection, draft: Draft, revision: int) -> Draft:
    """The draft as it is now. Raises: Conflict, where it is not at ``revision`` any more."""
    changed = replace(draft, revision=revision + 1)
    query = update(content_drafts).where(
        content_drafts.c.community == draft.community,
        content_drafts.c.id == draft.id,
        content_drafts.c.revision == revision,
    )
    if not connection.execute(query.values(_row(changed))).rowcount:
        raise Conflict("draft_changed", field="draft")
    return changed


def get(connection: Connection, community: str, draft_id: str) -> Draft:
    """Raises: NotFound."""
    query = select(content_drafts).where(content_drafts.c.community == community, content_drafts.c.id == draft_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("draft_unknown", field="draft")
    return _draft(row)


def hold(connection: Connection, community: str, draft_id: str) -> Draft:
    """As ``get``; nobody else changes it, or plans it, before this transaction ends. Raises: NotFound."""
    query = select(content_drafts).where(content_drafts.c.community == community, content_drafts.c.id == draft_id)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound("draft_unknown", field="draft")
    return _draft(row)


def page(
    connection: Connection, community: str, state: DraftState | None, cursor: str | None, limit: int
) -> Page[Draft]:
    """The newest first."""
    query = select(content_drafts).where(content_drafts.c.community == community)
    if state is not None:
        query = query.where(content_drafts.c.state == state.value)
    created = content_drafts.c.created_at
    rows, following = read_page(connection, query, created, content_drafts.c.id, cursor, limit)
    return Page(tuple(map(_draft, rows)), following)


def approved_texts(connection: Connection, community: str, until: datetime, limit: int) -> list[str]:
    """What people approved lately, up to ``until``: the community's voice."""
    query = select(content_drafts.c.body).where(
        content_drafts.c.community == community,
        content_drafts.c.state.in_([DraftState.APPROVED.value, DraftState.PUBLISHED.value]),
        content_drafts.c.updated_at <= until,
    )
    return list(connection.scalars(query.order_by(content_drafts.c.updated_at.desc()).limit(limit)))


def made(connection: Connection, community: str, since: datetime, until: datetime, limit: int) -> list[Draft]:
    """The drafts that were made from ``since`` to ``until``, whatever became of them, the newest first."""
    created = content_drafts.c.created_at
    query = select(content_drafts).where(content_drafts.c.community == community, created >= since, created <= until)
    rows = connection.execute(query.order_by(created.desc(), content_drafts.c.id).limit(limit)).mappings()
    return list(map(_draft, rows))


def note(
    connection: Connection,
    draft: Draft,
    change_id: str,
    now: datetime,
    actor: str,
    action: str,
    diff: Sequence[str] = (),
    text: str = "",
) -> None:
    row = {"id": change_id, "community": draft.community, "draft_id": draft.id, "at": now, "actor": actor}
    connection.execute(insert(content_changes).values(**row, action=action, diff=list(diff), note=text))


def changes(connection: Connection, community: str, draft_id: str, limit: int = 200) -> list[Change]:
    """The oldest first."""
    columns = content_changes.c
    query = select(columns.at, columns.actor, columns.action, columns.diff, columns.note).where(
        columns.community == community, columns.draft_id == draft_id
    )
    rows = connection.execute(query.order_by(columns.at, columns.id).limit(limit))
    return [Change(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in rows]


def _row(draft: Draft) -> dict[str, Any]:
    row = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    structures: dict[str, Any] = {
        "screening": asdict(draft.screening) | {"findings": [dict(one) for one in draft.screening.findings]},
        "suggestion": dict(draft.suggestion),
        "origin": dict(draft.origin),
    }
    return (
        row
        | structures
        | {
            "kind": draft.kind.value,
            "state": draft.state.value,
            "jurisdictions": list(draft.jurisdictions),
        }
    )


def _draft(row: RowMapping) -> Draft:
    screening: Mapping[str, Any] = row["screening"]
    read = {
        "kind": Kind(row["kind"]),
        "state": DraftState(row["state"]),
        "jurisdictions": tuple(row["jurisdictions"]),
        "screening": Screening(**{**screening, "findings": tuple(screening.get("findings", ()))}),
    }
    return Draft(**{**row, **read})
