"""``assistant demo``: a scripted conversation through the HTTP API."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table
from rich.text import Text

from assistant.cli.screen import err, out
from assistant.errors import CannotStart, ConfigurationError, InvalidInput
from assistant.settings import Settings, load_settings
from assistant.words import LANGUAGES

_COLOURS = {"allow": "green", "mask": "yellow", "review": "yellow", "hide": "magenta", "block": "red"}
_READY_S = 60.0


def demo(
    url: Annotated[
        str | None, typer.Option(help="A running service; by default the local one, started if need be.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(envvar="ASSISTANT_DEMO_KEY", help="An API key; by default the demo community's.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="The language of the reasons: en, zh-Hans, zh-Hant or zh-Hant-HK.")
    ] = "en",
) -> None:
    """Play a conversation in zh-Hans, zh-Hant and English through the HTTP API and print each decision with its evidence."""
    if language not in LANGUAGES:
        raise InvalidInput(field="--language", limit=", ".join(LANGUAGES), problem=f"is one of {', '.join(LANGUAGES)}")
    settings = load_settings()
    with _service(settings, url) as address:
        script = json.loads(resources.files("assistant.cli").joinpath("demo.json").read_text("utf-8"))
        headers = {"Authorization": f"Bearer {key or _demo_key(settings)}"}
        with httpx.Client(base_url=address, headers=headers, timeout=10) as client:
            out.print(_table([_ask(client, turn) for turn in script], language))


def _ask(client: httpx.Client, turn: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    response = client.post("/v1/moderate", json=turn)
    if response.status_code != httpx.codes.OK:
        raise CannotStart(f"{response.request.url} answered {response.status_code}: {response.text[:300]}")
    return turn, response.json()


def _table(answers: list[tuple[dict[str, Any], dict[str, Any]]], language: str) -> Table:
    table = Table("member", show_lines=True, expand=True)
    table.add_column("message, evidence marked", ratio=3, overflow="fold")
    table.add_column("decision", no_wrap=True)
    table.add_column("labels", ratio=1, overflow="fold")
    table.add_column("what the member is told", ratio=2, overflow="fold")
    for turn, answer in answers:
        decision = Text(answer["action"], style=_COLOURS[answer["action"]])
        told = answer["reason"][language] if answer["flagged"] else ""
        table.add_row(
            turn["member"]["id"],
            _highlighted(turn["text"], answer["findings"]),
            decision.append(f"\n{answer['detected_language']}", style="dim"),
            _labels(answer["findings"]),
            told,
        )
    return table


def _labels(findings: list[dict[str, Any]]) -> str:
    best: dict[str, float] = {}
    for finding in findings:
        best[finding["label"]] = max(finding["score"], best.get(finding["label"], 0.0))
    return "\n".join(f"{label} {score:.2f}" for label, score in best.items())


def _highlighted(text: str, findings: list[dict[str, Any]]) -> Text:
    shown = Text(text)
    for finding in findings:
        if finding["field"] == "text":
            shown.stylize("bold reverse", finding["start"], finding["end"])
    return shown


def _demo_key(settings: Settings) -> str:
    path = settings.data_dir / "demo.key"
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        raise ConfigurationError(f"no demo key at {path}: start the service once (make run), or give --key") from None


@contextmanager
def _service(settings: Settings, url: str | None) -> Iterator[str]:
    """The address of a service that answers; one is started for as long as needed where none runs."""
    address = url or f"http://127.0.0.1:{settings.port}"
    if _answers(address):
        yield address
        return
    if url:
        raise ConfigurationError(f"no service answers at {url}")
    err.print(f"no service at {address}: starting one for this demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + _READY_S
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                process.terminate()
                raise CannotStart((process.communicate()[1] or b"").decode()[-500:] or "the service did not start")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.communicate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/ready", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
