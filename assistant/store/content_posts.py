"""What a community published, with its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exc, func, select, update
from sqlalchemy.dialects.postgresql import insert

from assistant.errors import NotFound
from assistant.store.content_tables import content_posts
from assistant.store.paging import Page, read_page
from assistant.types.content import Kind, Post


def put(connection: Connection, community: str, posts: Sequence[Post], now: datetime) -> None:
    """Each in the place of one of the same id. Raises: NotFound, where there is no such community."""
    if not posts:
        return
    query = insert(content_posts).values([_row(community, post, now) for post in posts])
    changed = {name: query.excluded[name] for name in ("draft_id", "kind", "text", "numbers", "at", "updated_at")}
    try:
        with connection.begin_nested():
            connection.execute(query.on_conflict_do_update(index_elements=["community", "id"], set_=changed))
    except exc.IntegrityError:
        raise NotFound("community_unknown", field="community") from None


def set_numbers(
    connection: Connection, community: str, post_id: str, numbers: Mapping[str, float], now: datetime
) -> bool:
    """Whether there is such a post."""
    query = update(content_posts).where(content_posts.c.community == community, content_posts.c.id == post_id)
    return connection.execute(query.values(numbers=dict(numbers), updated_at=now)).rowcount > 0


def latest(connection: Connection, community: str, until: datetime, limit: int) -> list[Post]:
    """The newest first."""
    query = select(content_posts).where(content_posts.c.community == community, content_posts.c.at <= until)
    rows = connection.execute(query.order_by(content_posts.c.at.desc(), content_posts.c.id).limit(limit)).mappings()
    return [_post(row) for row in rows]


def page(connection: Connection, community: str, cursor: str | None, limit: int) -> Page[Post]:
    query = select(content_posts).where(content_posts.c.community == community)
    rows, following = read_page(connection, query, content_posts.c.at, content_posts.c.id, cursor, limit)
    return Page(tuple(map(_post, rows)), following)


def count(connection: Connection, community: str) -> int:
    query = select(func.count()).select_from(content_posts).where(content_posts.c.community == community)
    return int(connection.scalar(query) or 0)


def _row(community: str, post: Post, now: datetime) -> dict[str, Any]:
    return {
        "community": community,
        "id": post.id,
        "draft_id": post.draft_id,
        "kind": post.kind.value if post.kind else None,
        "text": post.text,
        "numbers": dict(post.numbers),
        "at": post.at,
        "updated_at": now,
    }


def _post(row: RowMapping) -> Post:
    kind = Kind(row["kind"]) if row["kind"] else None
    return Post(row["id"], row["text"], row["at"], kind, row["numbers"], row["draft_id"])
