"""What WeChat's Official Accounts and WeCom share of the way out: an access token in the query, and ``errcode`` in every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.ports import Outgoing

_EXPIRED = frozenset({40001, 40014, 41001, 42001})
_LATER_S = {-1: 10.0, 45009: 600.0, 45011: 60.0, 45033: 10.0}


@dataclass(frozen=True, slots=True)
class Api:
    """``fetch`` gives an access token and the seconds it stays good for; ``problems`` says what to do about an ``errcode``."""

    base: str
    remembered: str
    fetch: Callable[[], Awaitable[tuple[str, float]]]
    problems: Mapping[int, str]

    async def call(self, http: Outgoing, path: str, document: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The answer to ``document`` posted, or to GET without one; a token that is no longer taken is fetched anew, once."""
        for _ in range(2):
            token = await http.remembered(self.remembered, self.fetch)
            url = f"{self.base.rstrip('/')}{path}?access_token={quote(token, safe='')}"
            answer = await ask(http, url, document)
            if (code := code_of(answer)) not in _EXPIRED:
                raise_for(code, self.problems)
                return answer
            http.forget(self.remembered, token)
        raise DeliveryRefused("the access token is not taken: does another program fetch tokens for this account?")


async def ask(http: Outgoing, url: str, document: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The JSON object of an answer; DeliveryFailed where it is none. Text goes out unescaped: some interfaces would show the escapes."""
    if document is None:
        reply = await http.request("GET", url)
    else:
        headers = {"content-type": "application/json"}
        reply = await http.request("POST", url, content=orjson.dumps(document), headers=headers)
    answer = reply.json()
    if reply.status != 200 or not isinstance(answer, dict):
        raise DeliveryFailed(f"answered {reply.status} and no JSON object")
    return answer


def token_of(answer: Mapping[str, Any], problems: Mapping[int, str]) -> tuple[str, float]:
    """The access token of an answer, and a minute less than it lasts."""
    raise_for(code_of(answer), problems)
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token:
        raise DeliveryFailed("answered without an access token")
    return token, max(1.0, (seconds if isinstance(seconds, int) else 600) - 60.0)


def raise_for(code: int, problems: Mapping[int, str]) -> None:
    """Nothing for 0; DeliveryFailed for what passes, DeliveryRefused for what does not."""
    if code in _LATER_S:
        raise DeliveryFailed(f"answered errcode {code}", retry_after=_LATER_S[code])
    if code:
        raise DeliveryRefused(problems.get(code, f"answered errcode {code}"))


def code_of(answer: Mapping[str, Any]) -> int:
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else -1
