"""Orders carried out by Discourse's API. A post's state is read first: its first post goes with the topic, and what is deleted or hidden
already is told apart from what the account may not touch."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.discourse.api import CONFLICT, GONE, ask, document, done, refused
from assistant.platforms.discourse.events import CHAT, TOPIC
from assistant.ports import Answered, Outgoing
from assistant.types import Connection, Do, Order, Receipt

TITLE = "Moderation 管理通知"
_FOR_EVER = "3000-01-01T00:00:00Z"  # both penalties want an end
_NEARLY = timedelta(minutes=1)
_INAPPROPRIATE = 4  # post_action_type_id; a moderator's flag with take_action hides the post at once
_LONGEST_REASON, _LONGEST_TITLE = 300, 100
_EXTERNAL_IDS = uuid.UUID("0d0d7c3e-2f67-5c9c-8f0e-3a4b2f0b7d55")
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_USERNAME = re.compile(r"[\w.\-]{1,60}")
_TARGET = re.compile(r"(?:(topic|category):)?([0-9]{1,18})|group:([\w.\-]{1,60})")


@dataclass(frozen=True, slots=True)
class _Forum:
    connection: Connection
    http: Outgoing

    async def ask(self, method: str, path: str, body: Any = None) -> Answered:
        return await ask(self.connection, self.http, method, path, body)

    async def tell(self, method: str, path: str, body: Any = None) -> None:
        answer = await self.ask(method, path, body)
        if not done(answer):
            raise refused(answer)


@dataclass(frozen=True, slots=True)
class _Post:
    id: str
    path: str
    topic_path: str
    first: bool
    deleted: bool
    hidden: bool
    raw: str

    @property
    def whole(self) -> str:
        """What is deleted and recovered: the topic along with its first post."""
        return self.topic_path if self.first else self.path


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in _ORDERS:
        raise DeliveryRefused(f"Discourse has no order {order.do.value}")
    return await _ORDERS[order.do](_Forum(connection, http), order)


async def _delete(forum: _Forum, order: Order) -> Receipt:
    if _in_chat(order):
        return await _trash(forum, order)
    post = await _post(forum, order)
    if post is None or post.deleted:
        return Receipt(already=True)
    await forum.tell("DELETE", f"{post.whole}.json")
    return Receipt()


async def _hide(forum: _Forum, order: Order) -> Receipt:
    """In chat nothing is hidden: what is deleted there can be restored as well."""
    if _in_chat(order):
        return await _trash(forum, order)
    post = await _post(forum, order)
    if post is None or post.deleted or post.hidden:
        return Receipt(already=True)
    flag = {"id": post.id, "post_action_type_id": _INAPPROPRIATE, "take_action": "true"}
    answer = await forum.ask("POST", "/post_actions.json", flag)
    if answer.status == 403:
        raise DeliveryRefused("the acting account may not hide it (403): no moderator, or it flagged this post before")
    if not done(answer):
        raise refused(answer)
    return Receipt()


async def _restore(forum: _Forum, order: Order) -> Receipt:
    if _in_chat(order):
        await forum.tell("PUT", f"{_chat_path(order)}/restore.json")
        return Receipt()
    post = await _post(forum, order)
    if post is None:
        raise DeliveryRefused("the post is gone for good", field="message_id")
    if post.deleted:
        await forum.tell("PUT", f"{post.whole}/recover.json")
    if post.hidden:
        await forum.tell("PUT", f"{post.path}/unhide.json")
    return Receipt(already=not (post.deleted or post.hidden))


@dataclass(frozen=True, slots=True)
class _Penalty:
    """``until`` is what the end is called when it is set, ``till`` when it is read."""

    name: str
    until: str
    till: str


_SILENCE = _Penalty("silence", "silenced_till", "silenced_till")
_SUSPEND = _Penalty("suspend", "suspend_until", "suspended_till")


async def _mute(forum: _Forum, order: Order) -> Receipt:
    return await _penalise(forum, order, _SILENCE)


async def _ban(forum: _Forum, order: Order) -> Receipt:
    return await _penalise(forum, order, _SUSPEND)


async def _penalise(forum: _Forum, order: Order, penalty: _Penalty) -> Receipt:
    """A penalty that is in force is no longer changed by another: one that ends sooner is lifted first."""
    end = order.until.astimezone(UTC).isoformat() if order.until else _FOR_EVER
    path = f"{_member_path(order)}/{penalty.name}.json"
    body = {penalty.until: end, "reason": order.reason[:_LONGEST_REASON] or "moderation"}
    answer = await forum.ask("PUT", path, body)
    if answer.status == CONFLICT:
        if await _lasts(forum, order, penalty, datetime.fromisoformat(end)):
            return Receipt(already=True)
        await forum.tell("PUT", f"{_member_path(order)}/un{penalty.name}.json")
        try:
            await forum.tell("PUT", path, body)
        except DeliveryRefused as error:
            raise DeliveryFailed(f"the shorter penalty is lifted, the longer one not set: {error.problem}") from None
    elif not done(answer):
        raise refused(answer)
    return Receipt()


async def _lasts(forum: _Forum, order: Order, penalty: _Penalty, end: datetime) -> bool:
    """Whether the member's penalty lasts until ``end`` or longer, but for a minute."""
    member = document(await forum.ask("GET", f"{_member_path(order)}.json"))
    try:
        till = datetime.fromisoformat(str(member.get(penalty.till)))
    except ValueError:
        raise DeliveryRefused("the forum does not say how long the member's penalty lasts") from None
    return (till if till.tzinfo else till.replace(tzinfo=UTC)) >= end - _NEARLY


async def _unmute(forum: _Forum, order: Order) -> Receipt:
    await forum.tell("PUT", f"{_member_path(order)}/unsilence.json")
    return Receipt()


async def _unban(forum: _Forum, order: Order) -> Receipt:
    await forum.tell("PUT", f"{_member_path(order)}/unsuspend.json")
    return Receipt()


async def _message(forum: _Forum, order: Order) -> Receipt:
    title = str(forum.connection.settings.get("message_title") or TITLE)
    target = {"archetype": "private_message", "target_recipients": await _username(forum, order)}
    return await _begin(forum, order, {"title": title, "raw": _text(order), **target})


async def _post_card(forum: _Forum, order: Order) -> Receipt:
    """Into ``topic:1``, as a new topic into ``category:1`` or ``1``, or as a personal message to ``group:name``. An answer to a post goes
    into its topic; one to a chat message, for which Discourse documents no way, to its author alone."""
    if topic := order.refs.get("topic"):
        return await _write(forum, {"topic_id": int(_id(topic, "refs.topic")), "raw": _card(order)})
    if (order.channel or "").startswith(CHAT) and order.member_id:
        return await _message(forum, order)
    match = _TARGET.fullmatch(order.channel or "")
    if match is None:
        raise DeliveryRefused("the channel must be topic:1, category:1 or group:name", field="channel")
    raw = _card(order)
    if match[1] == "topic":
        return await _write(forum, {"topic_id": int(match[2]), "raw": raw})
    title = _inert(_text(order)).strip().splitlines()[0][:_LONGEST_TITLE]
    if match[3]:
        target: dict[str, Any] = {"archetype": "private_message", "target_recipients": match[3]}
    else:
        target = {"category": int(match[2])}
    return await _begin(forum, order, {"title": title, "raw": raw, **target})


async def _amend(forum: _Forum, order: Order) -> Receipt:
    post = await _post(forum, order)
    if post is None or post.deleted:
        raise DeliveryRefused("the post is gone", field="message_id")
    raw = _card(order)
    if post.raw.strip() == raw.strip():
        return Receipt(order.message_id, already=True)
    await forum.tell("PUT", f"{post.path}.json", {"post": {"raw": raw}})
    return Receipt(order.message_id)


async def _begin(forum: _Forum, order: Order, fields: Mapping[str, Any]) -> Receipt:
    """A topic of its own has an ``external_id``, by which an earlier try is found again."""
    external_id = str(uuid.uuid5(_EXTERNAL_IDS, order.id))
    found = await forum.ask("GET", f"/t/external_id/{external_id}.json")
    if found.status == GONE:
        return await _write(forum, {**fields, "external_id": external_id})
    if found.status >= 400:
        raise refused(found)
    return Receipt(await _first_post(forum, found), already=True)


async def _first_post(forum: _Forum, found: Answered) -> str | None:
    """Of the topic that an external id leads to, by redirection; ``None`` where it cannot be seen."""
    match = re.search(r"/t/(?:[^/]+/)?([0-9]+)(?:\.json)?(?:\?|$)", str(found.headers.get("location") or ""))
    if match is None:
        return None
    topic = await forum.ask("GET", f"/t/{match[1]}.json")
    return _first_of(document(topic)) if done(topic) else None


def _first_of(topic: Mapping[str, Any]) -> str | None:
    """The id of the first post among those that were answered along with a topic."""
    stream = topic.get("post_stream")
    posts = stream.get("posts") if isinstance(stream, Mapping) else None
    return str(posts[0].get("id")) if isinstance(posts, list) and posts and isinstance(posts[0], Mapping) else None


async def _write(forum: _Forum, fields: Mapping[str, Any]) -> Receipt:
    """``skip_validations``: the rules for members' titles and words are not for notices."""
    written = document(await forum.ask("POST", "/posts.json", {**fields, "skip_validations": "true"}))
    if written.get("action") == "enqueued":
        raise DeliveryRefused("the forum holds the acting account's posts for approval: make it a moderator")
    return Receipt(str(written["id"]) if "id" in written else None)


async def _post(forum: _Forum, order: Order) -> _Post | None:
    post_id = await _post_id(forum, order)
    if post_id is None:
        return None
    answer = await forum.ask("GET", f"/posts/{post_id}.json")
    if answer.status == GONE:
        return None
    post = document(answer)
    first = post.get("post_number") == 1
    if not first and (order.message_id or "").startswith(TOPIC):
        raise _no_first_post()
    return _Post(
        id=post_id,
        path=f"/posts/{post_id}",
        topic_path=f"/t/{_id(str(post.get('topic_id')), 'topic_id')}",
        first=first,
        deleted=post.get("deleted_at") is not None,
        hidden=post.get("hidden") is True,
        raw=str(post.get("raw") or ""),
    )


async def _post_id(forum: _Forum, order: Order) -> str | None:
    """Of an edited title only the topic is known; ``None`` where that is gone."""
    given = order.message_id or ""
    if not given.startswith(TOPIC):
        return _id(order.message_id, "message_id")
    topic = await forum.ask("GET", f"/t/{_id(given.removeprefix(TOPIC), 'message_id')}.json")
    if topic.status == GONE:
        return None
    first = _first_of(document(topic))
    if first is None:
        raise _no_first_post()
    return _id(first, "message_id")


def _no_first_post() -> DeliveryRefused:
    return DeliveryRefused("the topic's first post cannot be seen", field="message_id")


async def _trash(forum: _Forum, order: Order) -> Receipt:
    answer = await forum.ask("DELETE", f"{_chat_path(order)}.json")
    if answer.status == GONE:
        return Receipt(already=True)
    if not done(answer):
        raise refused(answer)
    return Receipt()


async def _username(forum: _Forum, order: Order) -> str:
    """Messages go by name, which may have changed since the member wrote."""
    member = document(await forum.ask("GET", f"{_member_path(order)}.json"))
    username = str(member.get("username") or "")
    if not _USERNAME.fullmatch(username):
        raise DeliveryRefused("Discourse knows no such member", field="member_id")
    return username


def _in_chat(order: Order) -> bool:
    return (order.message_id or "").startswith(CHAT)


def _chat_path(order: Order) -> str:
    channel = _id((order.channel or "").removeprefix(CHAT), "channel")
    message = _id((order.message_id or "").removeprefix(CHAT), "message_id")
    return f"/chat/api/channels/{channel}/messages/{message}"


def _member_path(order: Order) -> str:
    return f"/admin/users/{_id(order.member_id, 'member_id')}"


def _id(value: str | None, field: str) -> str:
    if value is None or not _ID.fullmatch(value):
        raise DeliveryRefused(f"the order's {field} is not a number of Discourse's", field=field)
    return value


def _text(order: Order) -> str:
    if not order.text.strip():
        raise DeliveryRefused("there is no text to write", field="text")
    return order.text


def _card(order: Order) -> str:
    """What stands below a card's first line quotes members, and is shown as it was written: no mention, picture or preview comes of it."""
    text = _text(order)
    if not order.buttons:
        return _inert(text)
    codes = "\n".join(f"- {one.text}: `{one.value}`" for one in order.buttons)
    head, _, quoted = text.partition("\n")
    return "\n\n".join(filter(None, (_inert(head), _fenced(_inert(quoted)), codes)))


def _fenced(text: str) -> str:
    """As a block of code, whose fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}" if text.strip() else ""


def _inert(text: str) -> str:
    """Nobody is called by @name, and no picture is loaded by Markdown."""
    return text.replace("@", "@\u200b").replace("![", "!\u200b[")


_ORDERS: Mapping[Do, Callable[[_Forum, Order], Awaitable[Receipt]]] = {
    Do.DELETE: _delete,
    Do.HIDE: _hide,
    Do.RESTORE: _restore,
    Do.MESSAGE: _message,
    Do.MUTE: _mute,
    Do.UNMUTE: _unmute,
    Do.BAN: _ban,
    Do.UNBAN: _unban,
    Do.POST: _post_card,
    Do.AMEND: _amend,
}
DOES = frozenset(_ORDERS)
