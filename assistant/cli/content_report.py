"""Suggestions as people read them: in a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from assistant.cli import content_lines as lines
from assistant.cli.content_lines import Document, said_in

_SECTIONS: Final = (("topics", lines.topics), ("needs", lines.needs), ("days", lines.days))


def show(document: Document, console: Console) -> None:
    say = said_in(lines.language_of(document))
    console.print(Panel(_insight(document["insight"], say), title=say("heading"), title_align="left"))
    for number, one in enumerate(document["suggestions"], 1):
        console.print(_suggestion(number, one, _currency(document)))
    if not document["suggestions"]:
        console.print(Text(document["insight"]["empty"], style="dim"))


def as_markdown(document: Document) -> str:
    """What it rests on, then a heading per suggestion; a model's text keeps its mark. Why there are none, where there are none."""
    say, insight = said_in(lines.language_of(document)), document["insight"]
    found = [f"# {say('heading')}", "", lines.read(insight, say), ""]
    for name, section in _SECTIONS:
        its = list(section(insight, say)) or [say("none")]
        found += [f"**{say(name)}**", "", *(f"- {line}" for line in its), ""]
    for number, one in enumerate(document["suggestions"], 1):
        found += [*_markdown(number, one, _currency(document)), ""]
    if not document["suggestions"]:
        found += [insight["empty"]]
    return "\n".join(found).strip()


def _markdown(number: int, one: Document, currency: str) -> Iterator[str]:
    draft, say = one["draft"], said_in(one["draft"]["language"])
    yield from (f"## {number}. {lines.heading(one, say)}", "", f"*{one['why']}*", "", draft["body"], "")
    if draft["mark"]:
        yield from (f"> {draft['mark']}", "")
    yield from (f"- {line}" for line in _lines(one, currency))
    if one["evidence"]:
        yield f"- {say(_cited(one))}"
        yield from (f"  - [{its['message_id']}] {lines.short(its['text'], 160)}" for its in one["evidence"])


def _insight(insight: Document, say: lines.Say) -> Group:
    parts: list[Any] = [Text(lines.read(insight, say))]
    for name, section in _SECTIONS:
        its = list(section(insight, say)) or [say("none")]
        parts += [Text(say(name), style="bold"), *(Text(f"• {line}") for line in its)]
    return Group(*parts)


def _suggestion(number: int, one: Document, currency: str) -> Panel:
    draft, screening, say = one["draft"], one["screening"], said_in(one["draft"]["language"])
    parts: list[Any] = [
        Text(one["why"], style="italic"),
        Text(),
        Text(draft["title"], style="bold"),
        Text(draft["body"]),
    ]
    if draft["mark"]:
        parts.append(Text(f"[{draft['mark']}]", style="magenta"))
    parts += [Text(), *(Text(f"• {line}", style="dim") for line in _lines(one, currency))]
    if one["evidence"]:
        parts.append(Text(f"• {say(_cited(one))}", style="dim"))
    parts += [
        Text(f"  {say('quote', text=lines.short(cited['text'], 110))} [{cited['message_id']}]", style="dim")
        for cited in one["evidence"]
    ]
    colour = "red" if screening["blocked"] else "yellow" if not screening["clean"] else "green"
    title = Text(f" {number}  {one['kind_name']} ", style="bold")
    return Panel(Group(*parts), title=title, title_align="left", border_style=colour)


def _lines(one: Document, currency: str) -> Iterator[str]:
    language = one["draft"]["language"]
    say = said_in(language)
    yield from lines.facts(one, say)
    yield from lines.screening(one, language, say)
    yield from lines.plan(one, language, currency, say)
    yield from lines.survey(one, say)


def _cited(one: Document) -> str:
    return "cited_faq" if one.get("evidence_from") == "faq" else "cited"


def _currency(document: Document) -> str:
    return str(document["insight"].get("currency", ""))
