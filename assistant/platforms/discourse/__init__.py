"""Discourse (webhooks, and the API of https://docs.discourse.org): a forum, and its chat.

In: webhooks, signed by HMAC-SHA256 of the raw body in ``X-Discourse-Event-Signature``; which event it is stands in an unsigned header,
which can make of a post no more than a post. A retry may have an ``X-Discourse-Event-Id`` of its own, so that keys are made of what was
written. Posts are seen after they were shown.
Out: the API, on behalf of a moderator's account whose name and key the connection holds. There are no buttons: a card lists codes, and a
reply with one of them is a press, in the staff's topic or category.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from pydantic import Field

from assistant.platforms.discourse.checks import check
from assistant.platforms.discourse.events import NAME, parse
from assistant.platforms.discourse.orders import DOES, TITLE, act
from assistant.platforms.discourse.titles import complete
from assistant.platforms.platform import Platform, PlatformSettings, Secret
from assistant.platforms.secret_forms import matching
from assistant.platforms.verification import check_equal, only_header
from assistant.types import Capabilities, Connection, Do, Hook, HookReply, HookRequest, Outcome, Sees

__all__ = ["PLATFORM", "DiscourseSettings"]


class DiscourseSettings(PlatformSettings):
    api_base: str = Field(description="The forum's address, such as https://forum.example.")
    api_username: str = Field(description="The moderator's account that acts; what it writes is not screened.")
    message_title: str = Field(TITLE, description="The title of private messages to members.", max_length=100)


def make_secret() -> str:
    return secrets.token_urlsafe(32)


def verify(connection: Connection, request: HookRequest) -> None:
    given = only_header(request, "x-discourse-event-signature")
    check_equal(given, *(_signature(secret, request.body) for secret in connection.accepted("webhook_secret")))


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """Any 2xx; Discourse shows the body in its log of webhooks and nowhere else."""
    return HookReply(body=b"{}")


PLATFORM = Platform(
    name=NAME,
    title="Discourse",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.PRESSES}),
        does=DOES,
        deadline_s=20.0,
        idempotent=DOES - {Do.POST},
        per_second=0.5,  # 60 calls a minute for each key, and most orders make two
    ),
    settings=DiscourseSettings,
    secrets=(
        Secret(
            "webhook_secret",
            "The webhook's secret, 12 characters or more; made if not given.",
            make=make_secret,
            check=matching(".{12,}"),
        ),
        Secret("api_key", "An API key of the acting account, from the forum's administration."),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
    complete=complete,
)
