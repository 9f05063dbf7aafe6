"""Prompts, each a file of ``prompts/``: a head in TOML between two lines of ``+++`` (``id``, ``version``, ``language``, ``variables``, and
``[schema]`` of what it returns), then the parts ``# system`` and ``# user``.

Places are filled by Jinja2 in its sandbox. What comes from outside goes through the filter ``data``: JSON in which no string can end early
or hold a model's control tokens.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.errors import ModelError
from assistant.types.generation import Prompted

_PACKAGE: Final = Path(__file__).parent
_FOLDERS: Final = (_PACKAGE / "_shipped" / "prompts", _PACKAGE.parent / "prompts")
_FILE: Final = re.compile(r"\+\+\+\n(?P<head>.*?)\n\+\+\+\n# system\n(?P<system>.*?)\n# user\n(?P<user>.*)", re.DOTALL)
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_CONTROL: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>[]|{}\u2028\u2029"}
"""Characters that models' control tokens begin with (``<|im_start|>``, ``[INST]``), as JSON escapes."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """``schema`` is None for one that returns plain text."""

    id: str
    version: int
    language: str
    variables: tuple[str, ...]
    schema: Mapping[str, Any] | None
    digest: str
    system: Template
    user: Template

    def render(self, **values: Any) -> Prompted:
        """ValueError unless ``values`` are exactly the prompt's variables."""
        if set(values) != set(self.variables):
            raise ValueError(f"{self.id} takes {', '.join(self.variables)}, not {', '.join(values) or 'nothing'}")
        return Prompted(
            self.id, self.version, self.digest, self.system.render(values).strip(), self.user.render(values).strip()
        )


@cache
def load_prompt(name: str) -> Prompt:
    """A shipped prompt, read once per process.

    Raises:
        ModelError: there is none of this name, or its file cannot be read.
    """
    paths = [folder / f"{name}.md" for folder in _FOLDERS]
    path = next((path for path in paths if _ID.fullmatch(name) and path.is_file()), None)
    if path is None:
        raise ModelError(f"prompt {name!r} is not installed: looked in {', '.join(str(path.parent) for path in paths)}")
    return read_prompt(path.read_text("utf-8"))


def read_prompt(text: str) -> Prompt:
    """ModelError for a text that is no prompt."""
    found = _FILE.fullmatch(text.replace("\r\n", "\n"))
    if found is None:
        raise ModelError("a prompt needs a head between lines of +++, then the parts # system and # user")
    try:
        head = tomllib.loads(found["head"])
        system, user = _ENVIRONMENT.from_string(found["system"]), _ENVIRONMENT.from_string(found["user"])
        return Prompt(
            id=head["id"],
            version=head["version"],
            language=head["language"],
            variables=tuple(head["variables"]),
            schema=head.get("schema"),
            digest=hashlib.sha256(text.encode()).hexdigest(),
            system=system,
            user=user,
        )
    except (KeyError, tomllib.TOMLDecodeError) as reason:
        raise ModelError(f"the head of a prompt cannot be read: {reason}") from reason


def as_data(value: Any) -> str:
    """JSON on one line; in its strings the characters of control tokens are escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_CONTROL)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_data(str(key))}: {as_data(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_data(item) for item in value) + "]"
    return json.dumps(value)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["data"] = as_data
    return environment


_ENVIRONMENT: Final = _environment()
