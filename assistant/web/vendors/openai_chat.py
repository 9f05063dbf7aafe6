"""OpenAI's chat completions: what of a request is read, and an answer of ours in its shape, whole or in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import InvalidInput, TooLarge
from assistant.faq.choosing import numbered
from assistant.types.faq import Turn
from assistant.usecases.faq.ask import MAX_QUESTION_CHARS
from assistant.usecases.request import Name, Text
from assistant.web.vendors.openai import EXTENSION

MODEL = "community-assistant"
CREATED = 1_767_225_600
"""When the model was made, as OpenAI tells it of its own: seconds since 1970, the beginning of 2026."""
MOST_MESSAGES = 500
PIECE_CHARS = 24


class _Lenient(BaseModel):
    """Clients send many more fields; none of them changes what the community has written down."""

    model_config = ConfigDict(extra="ignore")


class ContentPart(_Lenient):
    """Only text is read."""

    type: str
    text: Text | None = None


class ChatMessage(_Lenient):
    """``system`` and ``developer`` messages are accepted and not followed: the bot answers from the community's entries only."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[ContentPart] | None = None

    def words(self, field: str) -> str:
        """Raises: InvalidInput, for a part that is no text."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        for at, part in enumerate(self.content):
            if part.type not in {"text", "refusal"}:
                raise InvalidInput(field=f"{field}.content[{at}]", problem="must be text; nothing else is read")
        return "\n".join(part.text or "" for part in self.content)


class StreamOptions(_Lenient):
    include_usage: bool = False


class ChatRequest(_Lenient):
    """The last message is the question, and has to be the user's; what was said before resolves what it leaves open."""

    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_MESSAGES)
    model: Text | None = Field(None, max_length=200, description="Accepted and echoed.")
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=1)
    conversation_id: Name | None = Field(
        None, description="Not OpenAI's: goes on with a conversation kept here; earlier messages are then not read."
    )

    def question(self) -> str:
        at = len(self.messages) - 1
        if self.messages[at].role != "user":
            raise InvalidInput(field=f"messages[{at}].role", limit="user", problem="must be user in the last message")
        text = self.messages[at].words(f"messages[{at}]").strip()
        if not text:
            raise InvalidInput("text_empty", field=f"messages[{at}].content", limit=1)
        if len(text) > MAX_QUESTION_CHARS:
            raise TooLarge(field=f"messages[{at}].content", limit=MAX_QUESTION_CHARS)
        return text

    def turns(self) -> list[Turn]:
        """What was said before, oldest first."""
        said = [
            Turn(message.words(f"messages[{at}]"), message.role == "user")
            for at, message in enumerate(self.messages[:-1])
            if message.role in {"user", "assistant"}
        ]
        return [turn for turn in said if turn.text.strip()]

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage


USAGE: Mapping[str, int] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""No tokens are bought or sold here, and clients expect the object."""


def completion(identity: Mapping[str, Any], native: Mapping[str, Any]) -> dict[str, Any]:
    """``native`` is our own answer: its text is the message, the whole of it stands under the one key that OpenAI does not have."""
    message = {"role": "assistant", "content": _content(native), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        **identity,
        "object": "chat.completion",
        "choices": [choice],
        "usage": USAGE,
        EXTENSION: native,
    }


def chunks(identity: Mapping[str, Any], native: Mapping[str, Any], *, usage: bool) -> Iterator[dict[str, Any]]:
    """The same in pieces; our own answer stands in the last one that has a choice."""
    answer = _content(native)
    pieces: Sequence[str] = [answer[at : at + PIECE_CHARS] for at in range(0, len(answer), PIECE_CHARS)]
    yield _chunk(identity, {"role": "assistant", "content": ""})
    for piece in pieces:
        yield _chunk(identity, {"content": piece})
    yield {**_chunk(identity, {}, "stop"), EXTENSION: native}
    if usage:
        yield {**identity, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}


def _content(native: Mapping[str, Any]) -> str:
    """What a client shows: the answer, with the choices where the bot asks back."""
    return numbered(native["answer"], native["choices"])


def models() -> dict[str, Any]:
    """OpenAI's list of models. Any other name is accepted and echoed too: the same bot answers."""
    return {"object": "list", "data": [model(MODEL)]}


def model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": MODEL}


def _chunk(identity: Mapping[str, Any], delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {**identity, "object": "chat.completion.chunk", "choices": [choice]}
