"""Reading, checking and writing policies."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import InvalidPolicy
from assistant.moderation.policy_values import checked
from assistant.types import Policy
from assistant.types.label import NoLabel

MAX_POLICY_BYTES = 2_000_000

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ADAPTER: TypeAdapter[Policy] = TypeAdapter(Policy)


def read_policy(document: Mapping[str, Any]) -> Policy:
    """The policy that a JSON-like document describes.

    Raises:
        InvalidPolicy: a value is wrong, missing or unknown; the error names its path.
    """
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        within = (cause.path,) if isinstance(cause, NoLabel) else ()
        path = ".".join(map(str, (*first["loc"], *within))) or "policy"
        raise InvalidPolicy(field=path, problem=first["msg"].removeprefix("Value error, ")) from None


def read_policy_text(text: str, *, toml: bool = False) -> Policy:
    """As ``read_policy``, from JSON or TOML text of at most ``MAX_POLICY_BYTES`` bytes that somebody hands in: what could never have an
    effect is refused too, and domains are written as registered domains are."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_POLICY_BYTES:
        raise InvalidPolicy(field="policy", problem=f"is over {MAX_POLICY_BYTES} bytes", limit=MAX_POLICY_BYTES)
    try:
        document = tomllib.loads(text) if toml else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPolicy(field="policy", problem=f"cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise InvalidPolicy(field="policy", problem="must be an object")
    if any(_UNSTORABLE.search(string) for string in _strings(document)):
        raise InvalidPolicy(field="policy", problem="must not contain NUL or half of a surrogate pair")
    return checked(read_policy(document))


def _strings(document: object) -> Iterator[str]:
    """However deep they lie: TOML's dotted names nest without end."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            waiting += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            waiting += node


def read_policy_file(path: Path) -> Policy:
    """As ``read_policy_text``; a name ending in ``.toml`` is read as TOML, any other as JSON."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPolicy(field=str(path), problem=f"cannot be read: {error}") from None
    return read_policy_text(text, toml=path.suffix == ".toml")


def dump_policy(policy: Policy) -> dict[str, Any]:
    """The JSON-like document of a policy; ``read_policy`` gives the same policy back."""
    document: dict[str, Any] = _ADAPTER.dump_python(policy, mode="json")
    return document


@cache
def shipped_policy() -> Policy:
    """The policy that ships with the product and that a new community starts from."""
    return read_policy_file(Path(__file__).parent / "policies" / "default.toml")
