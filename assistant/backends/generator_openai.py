"""Any server of OpenAI's Chat Completions API (hosted, vLLM, Ollama, llama.cpp, transformers serve), by the ``openai`` client.

What comes back is read as it stands, whatever its type: servers that only look like OpenAI's leave fields out and answer with other ones.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from assistant.backends.generated import model_name, read_answer, unreadable, without_thoughts
from assistant.errors import AssistantError, DeliveryFailed, DeliveryRefused, Late, ModelError
from assistant.types import ModelRef
from assistant.types.generation import Generated, Prompted

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

MAX_BODY_BYTES: Final = 1_048_576
_AT_ONCE: Final = 8
_OPTIONAL: Final = ("response_format", "temperature", "max_tokens")
"""Parameters that some servers and models do not take: left out once one of them is named in a refusal."""
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 413, 415, 422})
_UNKNOWN_PARAMETER: Final = frozenset({400, 422, 501})


class OpenAIGenerator:
    """Implements ``assistant.ports.Generator``. The key goes to ``base_url`` alone: redirects are not followed, proxies of the environment
    not used."""

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._client = client
        self._model = model
        self._left_out: set[str] = set()

    @classmethod
    def connect(cls, base_url: str, model: str, api_key: str | None = None) -> OpenAIGenerator:
        """``base_url`` is the API's, mostly ending in ``/v1``; many local servers want no key.

        Raises:
            ModelError: the extra ``llm`` is not installed.
        """
        try:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient
        except ImportError as reason:
            raise ModelError(
                f"generator.base_url needs the extra `llm`: in a checkout, pip install '.[llm]' ({reason})"
            ) from reason
        http = DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False)
        client = AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            http_client=http,
            default_headers={"accept-encoding": "identity"},
        )
        return cls(client, model)

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self._model, "server")

    @property
    def at_once(self) -> int:
        return _AT_ONCE

    async def generate(
        self,
        prompt: Prompted,
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        timeout_s: float = 20.0,
    ) -> Generated:
        try:
            async with asyncio.timeout(timeout_s):
                body = await self._ask(prompt, schema, max_tokens, timeout_s)
        except TimeoutError:
            raise Late(f"the language model gave no answer in {timeout_s:g} s") from None
        generated = read_completion(body)
        return generated if schema is None else read_answer(generated, schema)

    async def close(self) -> None:
        await self._client.close()

    async def _ask(
        self, prompt: Prompted, schema: Mapping[str, Any] | None, max_tokens: int, timeout_s: float
    ) -> bytes:
        import openai

        for _ in range(len(_OPTIONAL) + 1):
            try:
                return await self._post(self._request(prompt, schema, max_tokens), timeout_s)
            except openai.APIStatusError as error:
                if not self._leave_out(error):
                    raise _as_ours(error) from None
            except openai.APITimeoutError:
                raise Late("the language model did not answer in time") from None
            except openai.APIConnectionError:
                raise DeliveryFailed("the language model's server cannot be reached") from None
            except (openai.OpenAIError, ValueError) as error:
                raise DeliveryFailed(f"the language model's answer cannot be read ({type(error).__name__})") from None
        raise DeliveryRefused("the language model's server takes none of the requests that were tried")

    async def _post(self, request: dict[str, Any], timeout_s: float) -> bytes:
        stream = self._client.chat.completions.with_streaming_response.create(**request, timeout=timeout_s)
        async with stream as response:
            try:
                return await _bounded(response.http_response)
            except AssistantError:
                raise
            except Exception as error:  # httpx's or httpx2's, by the client's version
                raise DeliveryFailed(f"the language model's answer broke off ({type(error).__name__})") from None

    def _request(self, prompt: Prompted, schema: Mapping[str, Any] | None, max_tokens: int) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "temperature": 0,
            "max_tokens": max_tokens,
            "stream": False,
        }
        if schema is not None:
            wanted = {"name": prompt.id, "schema": dict(schema)}
            request["response_format"] = {"type": "json_schema", "json_schema": wanted}
        kept = {name: value for name, value in request.items() if name not in self._left_out}
        return kept if "max_tokens" in kept else {**kept, "max_completion_tokens": max_tokens}

    def _leave_out(self, error: APIStatusError) -> bool:
        """Whether the refusal names a parameter that the request can do without, and still had."""
        if error.status_code not in _UNKNOWN_PARAMETER:
            return False
        said = f"{error.message} {error.body}"
        named = next((name for name in _OPTIONAL if name in said and name not in self._left_out), None)
        if named is None:
            return False
        self._left_out.add(named)
        return True


async def _bounded(response: Any) -> bytes:
    """The body as it was sent. It was asked for unpacked, and a server may send for ever."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise DeliveryFailed("the language model's server sent its answer packed")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise DeliveryFailed(f"the language model's answer is over {MAX_BODY_BYTES} bytes")
    return bytes(body)


def read_completion(body: bytes) -> Generated:
    """A ``chat.completion``, as far as it holds one.

    Raises:
        Unreadable: it holds no text; its tokens are told.
        DeliveryFailed: it is not even JSON.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise DeliveryFailed("the language model's server answered with something other than JSON") from None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    usage = answer.get("usage") if isinstance(answer, dict) else None
    counts = usage if isinstance(usage, dict) else {}
    model = answer.get("model") if isinstance(answer, dict) else None
    generated = Generated(
        without_thoughts(_text_of(content)),
        None,
        model_name(model),
        isinstance(choice, dict) and choice.get("finish_reason") == "length",
        _count(counts.get("prompt_tokens")),
        _count(counts.get("completion_tokens")),
    )
    if isinstance(message, dict) and not content and isinstance(message.get("refusal"), str):
        raise unreadable("the language model declined", generated)
    if not generated.text:
        raise unreadable("the language model's answer holds no text", generated)
    return generated


def _text_of(content: Any) -> str:
    """A string, or the strings of a list of parts."""
    if isinstance(content, list):
        return "".join(_text_of(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _as_ours(error: APIStatusError) -> DeliveryFailed | DeliveryRefused:
    """What the server said is not repeated: it may hold the key or the question."""
    if error.status_code in _REFUSED or 300 <= error.status_code < 400:
        hint = {401: ": check the key", 403: ": check the key's rights", 404: ": check base_url and model"}
        return DeliveryRefused(
            f"the language model's server answered {error.status_code}{hint.get(error.status_code, '')}"
        )
    return DeliveryFailed(
        f"the language model's server answered {error.status_code}",
        retry_after=_seconds(error.response.headers.get("retry-after")),
    )


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return min(seconds, 3_600.0) if math.isfinite(seconds) and seconds >= 0 else None
