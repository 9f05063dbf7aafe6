"""What a model wrote, read with suspicion: thinking aloud taken off, and the one JSON object in it held against a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from assistant.errors import Unreadable
from assistant.types.generation import Generated

MAX_CHARS: Final = 100_000
MAX_MODEL_CHARS: Final = 200
_THOUGHT: Final = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_DECODER: Final = json.JSONDecoder()
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def without_thoughts(text: str) -> str:
    """Without what a reasoning model writes before its answer; all of it where the thinking never ends."""
    text = _THOUGHT.sub("", text[:MAX_CHARS], count=1)
    return "" if re.match(r"\s*<think(?:ing)?>", text) else text.strip()


def read_answer(generated: Generated, schema: Mapping[str, Any]) -> Generated:
    """With the object in it as ``data``.

    Raises:
        Unreadable: it was cut off, holds no object, or one that does not fit ``schema``; its tokens are told.
    """
    if generated.cut:
        raise unreadable("the language model ran out of tokens inside its answer", generated)
    try:
        return replace(generated, data=read_object(generated.text, schema))
    except Unreadable as error:
        raise unreadable(error.problem, generated) from None


def unreadable(problem: str, generated: Generated) -> Unreadable:
    return Unreadable(
        problem,
        model=generated.model,
        prompt_tokens=generated.prompt_tokens,
        completion_tokens=generated.completion_tokens,
    )


def read_object(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The first JSON object in ``text``, also inside a fence or after words.

    Raises:
        Unreadable: there is none, it does not fit ``schema``, or no database and no answer could hold what it says.
    """
    start = text.find("{")
    if start < 0:
        raise Unreadable("the model wrote no JSON object")
    try:
        found, _ = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        raise Unreadable("the model wrote a broken JSON object") from None
    if any(_UNSTORABLE.search(text) for text in _texts(found)):
        raise Unreadable("the model wrote NUL or half of a surrogate pair")
    problem = misfit(found, schema)
    if problem:
        raise Unreadable(f"the model's JSON does not fit: {problem}")
    return dict(found)


def model_name(told: Any) -> str:
    """The name that a server told, as it can be kept; empty where it told none."""
    return _UNSTORABLE.sub("", told)[:MAX_MODEL_CHARS] if isinstance(told, str) else ""


def _texts(found: Any) -> Iterator[str]:
    """Every text in decoded JSON, names included, however deep it lies."""
    left = [found]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one


def misfit(value: Any, schema: Mapping[str, Any], path: str = "$") -> str:
    """Where ``value`` leaves the schema, or an empty string. Read are ``type``, ``enum``, ``required``, ``properties``, ``items``,
    ``maxItems``, ``maxLength``, ``minimum`` and ``maximum``; what else an object holds is let be."""
    kind = schema.get("type")
    if kind is not None and not _is(value, str(kind)):
        return f"{path} is not of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is none of the values allowed"
    if isinstance(value, dict):
        return _misfit_object(value, schema, path)
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            return f"{path} has more than {schema['maxItems']} items"
        items = schema.get("items")
        return next((p for i, one in enumerate(value) if items and (p := misfit(one, items, f"{path}[{i}]"))), "")
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        return f"{path} has more than {schema['maxLength']} characters"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{path} is out of range"
    return ""


def _misfit_object(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> str:
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"{path} has no {missing[0]}"
    known = schema.get("properties", {})
    return next(
        (p for name, one in known.items() if name in value and (p := misfit(value[name], one, f"{path}.{name}"))), ""
    )


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, ()))
