"""Earlier posts, from wherever they were published: what suggestions must not repeat, and what worked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assistant.store import content_posts
from assistant.store.paging import Page
from assistant.types.content import Kind, Post
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.calendar import NumbersRequest, settle
from assistant.usecases.request import Moment, Name, Shape, Text


class PostShape(Shape):
    id: Name
    text: Text = Field(min_length=1, max_length=20_000)
    at: Moment
    kind: Kind | None = None
    numbers: NumbersRequest = NumbersRequest()


class PostsRequest(Shape):
    posts: Annotated[tuple[PostShape, ...], Field(min_length=1, max_length=500)]


def put_posts(assistant: Assistant, community: str, asked: PostsRequest) -> int:
    """Each takes the place of one of the same id; of two in one request, the later. Raises: NotFound."""
    posts = {one.id: Post(one.id, one.text, one.at, one.kind, one.numbers.given()) for one in asked.posts}
    with assistant.database.transaction(community) as transaction:
        content_posts.put(transaction, community, list(posts.values()), assistant.clock())
    return len(posts)


def list_posts(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Post]:
    with assistant.database.transaction(community) as transaction:
        settle(transaction, community, assistant.clock())
        return content_posts.page(transaction, community, cursor, limit)
