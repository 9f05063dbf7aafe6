"""What a member reads: the campaign's words in their language, items behind links that say who clicked, and the way out of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assistant.platforms import standard_webhooks
from assistant.types import Delivery, DeliveryKind, Do, Order, TextLimit
from assistant.types.delivery import DISABLED, DRY_RUN
from assistant.types.item import Item
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import order_entry
from assistant.usecases.push.links import Leads, allowed_target, link
from assistant.usecases.registry import Held
from assistant.words import choose_language, load_words, match_language

_SUITING: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("en",),
    "zh-Hans": ("zh-Hans", "zh-Hant", "zh-Hant-HK"),
    "zh-Hant": ("zh-Hant", "zh-Hant-HK", "zh-Hans"),
    "zh-Hant-HK": ("zh-Hant-HK", "zh-Hant", "zh-Hans"),
}
"""What suits readers of each of our languages, the best first."""
EVENT = "push"
"""The type of the event that a community's own system gets where it sends the messages itself."""


@dataclass(frozen=True, slots=True)
class Message:
    """One member's; ``headers`` are those of RFC 8058, for e-mail."""

    member_id: str
    delivery_id: str
    language: str
    text: str
    items: tuple[Mapping[str, Any], ...]
    headers: Mapping[str, str]
    preferences: str | None


def compose(
    assistant: Assistant,
    community: str,
    member_id: str,
    delivery_id: str,
    words: Mapping[str, str],
    items: Sequence[Item],
    language: str,
    hosts: tuple[str, ...],
    prices: Mapping[str, str],
    longest: TextLimit | None = None,
) -> Message:
    """Links are there where the service knows its public address; to items, where the community's list allows their host.
    ``prices`` of items are those of this campaign alone. Where a text may be no longer than ``longest``, the last items are left out,
    and never the way out of it."""
    chosen = pick(words, language)
    told = load_words()
    shown: tuple[Mapping[str, Any], ...] = tuple(
        {**_shown(assistant, community, member_id, delivery_id, chosen, hosts, one), "price": prices.get(one[1].id)}
        for one in enumerate(items)
    )
    leave = link(assistant, Leads.UNSUBSCRIBE, community, member_id, delivery_id, chosen)
    end = told.get("push.leave", choose_language(chosen), link=leave) if leave is not None else None
    said = words[chosen]
    if longest is not None:
        said, shown = _fitting(said, shown, end, longest)
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if leave else {}
    own_page = link(assistant, Leads.PREFERENCES, community, member_id, delivery_id, chosen)
    return Message(member_id, delivery_id, chosen, _text(said, shown, end), shown, headers, own_page)


def _fitting(
    words: str, shown: tuple[Mapping[str, Any], ...], end: str | None, longest: TextLimit
) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    """Fewer items, and where even none are too many shorter words."""
    while shown and not longest.holds(_text(words, shown, end)):
        shown = shown[:-1]
    if longest.holds(_text(words, shown, end)):
        return words, shown
    cut = bisect_left(range(len(words)), 1, key=lambda most: not longest.holds(_text(f"{words[:most]}…", shown, end)))
    return f"{words[: max(0, cut - 1)]}…", shown


def _text(words: str, shown: Sequence[Mapping[str, Any]], end: str | None) -> str:
    listed = [" ".join(filter(None, (f"・{one['title']}", one["price"], one["url"]))) for one in shown]
    return "\n".join([words, *listed, *([end] if end is not None else [])])


def pick(words: Mapping[str, str], language: str) -> str:
    """The text's language that suits a reader best, however both are tagged (``zh-TW``, ``zh-Hant``): their own, one of the same script,
    one of the same tongue, else the first."""
    if language in words:
        return language
    own = match_language(language)
    for wanted in _SUITING.get(own or "", ()):
        if found := next((one for one in words if match_language(one) == wanted), None):
            return found
    spoken = language.lower()
    near = [one for one in words if one.split("-")[0].lower() == spoken.split("-", maxsplit=1)[0]]
    return next((one for one in near if one.lower() == spoken), near[0] if near else next(iter(words)))


def delivery_of(
    held: Held, campaign_id: str, message: Message, due_at: datetime, now: datetime, turn: str = ""
) -> Delivery:
    """An entry of the outbox, under a key that no second one can have; ``turn`` is the round, of a campaign that recurs."""
    key = f"campaign:{campaign_id}:{message.member_id}" + (f":{turn}" if turn else "")
    if held.platform.name != standard_webhooks.NAME:
        order = Order(id=message.delivery_id, do=Do.MESSAGE, member_id=message.member_id, text=message.text)
        return order_entry(held, order, key, now, due_at=due_at)
    data = {
        "member_id": message.member_id,
        "campaign_id": campaign_id,
        "delivery_id": message.delivery_id,
        "language": message.language,
        "text": message.text,
        "items": [dict(one) for one in message.items],
        "headers": dict(message.headers),
        "preferences_url": message.preferences,
    }
    return Delivery(
        id=message.delivery_id,
        community=held.connection.community,
        connection_id=held.connection.id,
        kind=DeliveryKind.EVENT,
        key=key,
        payload={"type": EVENT, "data": data},
        due_at=due_at,
        created_at=now,
    )


def cannot(held: Held | None) -> str | None:
    """Why nothing can be sent on a connection at all, if so."""
    if held is None or held.connection.disabled or held.connection.stopped:
        return DISABLED
    if held.dry_run:
        return DRY_RUN
    if held.platform.name == standard_webhooks.NAME:
        return None if held.connection.settings.get("url") else "no_address"
    if Do.MESSAGE not in held.capabilities.does:
        return "platform_cannot"
    paid = Do.MESSAGE in held.capabilities.paid and not held.connection.paid_messages
    return "platform_bills_for_it" if paid else None


def _shown(
    assistant: Assistant,
    community: str,
    member_id: str,
    delivery_id: str,
    language: str,
    hosts: tuple[str, ...],
    placed: tuple[int, Item],
) -> Mapping[str, Any]:
    position, item = placed
    url = None
    if item.url and allowed_target(item.url, hosts):
        url = link(
            assistant,
            Leads.CLICK,
            community,
            member_id,
            delivery_id,
            language,
            about=item.id,
            url=item.url,
            position=position,
        )
    return {"id": item.id, "title": item.title, "url": url}
