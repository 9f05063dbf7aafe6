"""An archive taken over, and suggestions from it: JSON, Markdown and the terminal."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import httpx
import pytest
from rich.console import Console

from assistant.cli.content_report import as_markdown, show
from assistant.usecases.content.imports import irc
from tests.integration.cli.conftest import Service
from tests.integration.cli.test_administration import assistant
from tests.integration.usecases.dump import write_dump
from tests.integration.usecases.logs import FIRST, THEMES, write_logs


@pytest.fixture(scope="module")
def document(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("dump")
    write_dump(folder)
    done = assistant(service, "content", "import", str(folder), "--format", "stackexchange", "--community", "demo")
    assert "5 messages read, 5 of them new" in done.stderr
    more = ("--at", "2026-11-27", "--language", "en", "--count", "3", "--format", "json")
    return json.loads(assistant(service, "suggest", *more).stdout)


def test_json_is_the_whole_answer(document: dict) -> None:
    assert "beam search" in document["insight"]["topics"][0]["name"]
    cited = {one["message_id"] for suggestion in document["suggestions"] for one in suggestion["evidence"]}
    assert cited
    assert cited <= {"post-1", "post-2", "post-3", "post-4", "comment-7"}


def test_markdown_keeps_the_mark_and_the_findings(document: dict) -> None:
    one = document["suggestions"][0]
    one = one | {"draft": one["draft"] | {"machine": True, "mark": "Written by AI"}}
    markdown = as_markdown(document | {"suggestions": [one]})
    assert f"## 1. {one['kind_name']}: {one['draft']['title']}" in markdown
    assert "> Written by AI" in markdown
    assert "- Screened: nothing found" in markdown


def test_the_terminal_shows_reasons_and_survives_markup(document: dict) -> None:
    one = document["suggestions"][0]
    one = one | {"draft": one["draft"] | {"body": "[red]not a colour[/nothing]"}}
    screen = Console(file=io.StringIO(), width=100)
    show(document | {"suggestions": [one]}, screen)
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]not a colour[/nothing]" in shown
    assert "Best time" in shown


def test_markdown_begins_with_what_it_rests_on(document: dict) -> None:
    markdown = as_markdown(document)
    topic = document["insight"]["topics"][0]["name"]
    assert markdown.startswith("# What members talk about")
    assert markdown.index("**Rising topics**") < markdown.index(topic) < markdown.index("## 1. ")
    assert "**Needs**" in markdown
    assert "**Days ahead**" in markdown


def test_the_days_ahead_are_asked_for(service: Service) -> None:
    wrong = assistant(service, "suggest", "--ahead-days", "29")
    assert wrong.returncode
    assert "ahead_days" in wrong.stderr
    far = ("--at", "2026-11-27", "--ahead-days", "1", "--count", "1", "--format", "json")
    [one] = json.loads(assistant(service, "suggest", *far).stdout)["suggestions"]
    assert one["best_time"]["at"] < "2026-11-28T12"


def test_four_weeks_of_logs_suggest_four_things(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("logs")
    words = write_logs(folder)
    said = {one.id: one.text for one in irc(folder)}
    assert list(said.values()) == words
    done = assistant(service, "content", "import", str(folder), "--format", "irc", "--community", "demo")
    assert f"{len(said)} messages read, {len(said)} of them new" in done.stderr
    with httpx.Client(base_url=service.url, headers={"authorization": f"Bearer {service.key}"}) as client:
        for week, theme in enumerate(THEMES):
            at = f"{FIRST + timedelta(days=7 * (week + 1))}T00:00:00Z"
            answer = client.post("/v1/content/suggestions", json={"at": at, "language": "en"}, timeout=30)
            assert answer.status_code == 200, answer.text
            document = answer.json()
            cited = {one["message_id"]: one["text"] for found in document["suggestions"] for one in found["evidence"]}
            assert cited
            assert cited.items() <= said.items(), "only what stands in the logs is cited"
            assert all(one["at"] < at for found in document["suggestions"] for one in found["evidence"])
            assert theme.split()[-1] in document["insight"]["topics"][0]["name"].lower()
