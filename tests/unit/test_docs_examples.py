"""What the pages print can be typed: commands, options, routes, settings, files, targets, anchors."""

from __future__ import annotations

import json
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi import APIRouter
from fastapi.routing import APIRoute

import assistant.web.routes
from assistant.cli.app import commands
from assistant.settings import _NO_SETTINGS, Section, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "eval" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "models").glob("*/README.md"),
        *(ROOT / "connectors").glob("*/README.md"),
    ]
)
_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"\s*(?:\$ )?(?:[A-Z_]+=\S+ )?(?:\.venv/bin/)?assistant (?P<words>.+)")
_ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/(?:v1|v1alpha1|health|metrics)\b[^\s`?\"']*)")
_ASKED = re.compile(r"http://127\.0\.0\.1:8000(/[^\s`?\"'$;]+)")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def _blocks(page: Path, *kinds: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(page.read_text("utf-8")) if kind in kinds]


def _inline(page: Path) -> list[str]:
    rest = _BLOCK.sub("", page.read_text("utf-8"))
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", rest)]


def _commands(page: Path) -> Iterator[list[str]]:
    lines = [line for block in _blocks(page, "", "sh") for line in block.replace("\\\n", " ").splitlines()]
    for line in (*lines, *_inline(page)):
        if found := _COMMAND.fullmatch(line):
            typed = re.sub(r"\s#\s.*| [>|] .*", "", found["words"])
            yield shlex.split(re.sub(r"\[(?=-)|(?<=[\w…])\](?= |$)", "", typed))


_ALL: Any = typer.main.get_command(commands())


def _wrong(words: list[str]) -> str | None:
    """What of a command line does not exist."""
    command: Any = _ALL
    rest = list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return rest[0]
        command = command.commands[rest.pop(0)]
    if (command.context_settings or {}).get("ignore_unknown_options"):
        return None
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"-h", "--help"}
    named = [word.partition("=")[0] for word in rest if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)]
    return next((name for name in named if name not in known), None)


@each_page
def test_commands_and_their_options_exist(page: Path) -> None:
    assert [(" ".join(words), wrong) for words in _commands(page) if (wrong := _wrong(words)) is not None] == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("faq import shop.csv --community myshop", None),
        ("faq imports shop.csv", "imports"),
        ("keys create --scope member --origins https://x.example", "--origins"),
        ("connections add telegram --staff-channel -1009876543210", None),
    ],
)
def test_a_wrong_command_is_seen(typed: str, wrong: str | None) -> None:
    assert _wrong(typed.split()) == wrong


def _routes() -> set[tuple[str, str]]:
    found = set()
    for module in pkgutil.iter_modules(assistant.web.routes.__path__):
        for one in vars(import_module(f"assistant.web.routes.{module.name}")).values():
            if isinstance(one, APIRouter):
                routes = [route for route in one.routes if isinstance(route, APIRoute)]
                found |= {(method, route.path) for route in routes for method in route.methods or ()}
    return found


ROUTES = _routes()


def _is_route(method: str | None, path: str) -> bool:
    def fits(route: str) -> bool:
        theirs, ours = route.split("/"), path.rstrip(".,:").split("/")
        return len(theirs) == len(ours) and all(a == b or a.startswith("{") for a, b in zip(theirs, ours, strict=True))

    return any(method in (None, its) and fits(route) for its, route in ROUTES)


@each_page
def test_routes_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = [(method, path) for method, path in _ROUTE.findall(text)]
    asked = [(None, path) for path in _ASKED.findall(text) if path not in {"/v1", "/"}]
    assert [one for one in (*named, *asked) if not _is_route(*one)] == []


def test_a_wrong_route_is_seen() -> None:
    assert _is_route("POST", "/v1/decisions/dec_1/overturn")
    assert not _is_route("GET", "/v1/decisions/dec_1/overturn")
    assert not _is_route("POST", "/v1/decision")


def _settings(model: type[Section] | type[Settings], before: tuple[str, ...] = ()) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _settings(kind, (*before, name))
        else:
            yield ".".join((*before, name))


SETTINGS = set(_settings(Settings))
_SECTIONS = {name.partition(".")[0] for name in SETTINGS if "." in name}


@each_page
def test_settings_and_variables_exist(page: Path) -> None:
    variables = {f"ASSISTANT_{name.replace('.', '_').upper()}" for name in SETTINGS} | _NO_SETTINGS
    assert set(re.findall(r"ASSISTANT_[A-Z_]+", page.read_text("utf-8"))) - variables == set()
    named = {code.partition(" ")[0] for code in _inline(page)}
    dotted = {name for name in named if re.fullmatch(r"[a-z]+\.[a-z_]+", name) and not name.endswith(".py")}
    assert {name for name in dotted if name.partition(".")[0] in _SECTIONS} - SETTINGS == set()


@each_page
def test_files_and_targets_exist(page: Path) -> None:
    named = {
        code
        for code in _inline(page)
        if re.fullmatch(r"(assistant|connectors|docs|models|prompts|tests)/[\w./-]+", code)
    }
    assert {name for name in named if not (ROOT / name).exists()} == set()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {code.split()[1] for code in _inline(page) if code.startswith("make ")} - targets == set()


def _slugs(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", _BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


@each_page
def test_links_and_anchors_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _BLOCK.sub("", page.read_text("utf-8"))):
        path, _, anchor = target.partition("#")
        to = page.parent / path if path else page
        if "://" not in target and (not to.exists() or (anchor and anchor not in _slugs(to))):
            broken.append(target)
    assert broken == []


@each_page
def test_examples_can_be_read(page: Path) -> None:
    for text in _blocks(page, "python"):
        compile(text, str(page), "exec")
    for text in _blocks(page, "toml"):
        tomllib.loads(text)
    for text in _blocks(page, "json"):
        if not re.search(r"\.\.\.|…", text) and text.lstrip().startswith("{"):
            json.loads(text)


def test_every_extra_is_described() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    _, _, table = (ROOT / "docs" / "settings.md").read_text("utf-8").partition("## Extras")
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == project["optional-dependencies"].keys() - {"dev"}
