"""The world outside, written by hand: records what an adapter asks and answers what it is told to."""

from __future__ import annotations

import json as jsons
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import DeliveryFailed


@dataclass
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    json: Any
    form: Mapping[str, str] | None
    content: bytes | None


@dataclass
class Answer:
    status: int = 200
    document: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """In place of ``document``: what need not be JSON."""

    @property
    def body(self) -> bytes:
        return jsons.dumps(self.document).encode() if self.raw is None else self.raw

    def json(self) -> Any:
        if self.raw is None:
            return self.document
        try:
            return jsons.loads(self.raw)
        except ValueError:
            raise DeliveryFailed("the answer is not JSON") from None


@dataclass
class Outside:
    """Stands in for ``ports.Outgoing``: ``answers`` in order, the last one for ever; 429 and 5xx are raised, as the real one does."""

    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    asked: list[Asked] = field(default_factory=list)
    memory: dict[str, str] = field(default_factory=dict)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout_s: float = 10.0,
    ) -> Answer:
        self.asked.append(Asked(method, url, headers or {}, json, form, content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.status == 429 or answer.status >= 500:
            after = answer.headers.get("retry-after")
            raise DeliveryFailed(f"answered {answer.status}", retry_after=float(after) if after else None)
        return answer

    async def remembered(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        if key not in self.memory:
            self.memory[key], _ = await fetch()
        return self.memory[key]

    def forget(self, key: str, value: str | None = None) -> None:
        if value is None or self.memory.get(key) == value:
            self.memory.pop(key, None)
