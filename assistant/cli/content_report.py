"""Suggestions as people read them: in a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

Document = Mapping[str, Any]


def show(document: Document, console: Console) -> None:
    console.print(_insight(document["insight"]))
    for number, one in enumerate(document["suggestions"], 1):
        console.print(_suggestion(number, one))
    if not document["suggestions"]:
        console.print("[dim]nothing to suggest: no messages, needs or days in this period[/]")


def as_markdown(document: Document) -> str:
    """Headings per suggestion; a model's text keeps its mark."""
    lines: list[str] = []
    for number, one in enumerate(document["suggestions"], 1):
        draft = one["draft"]
        lines += [f"## {number}. {one['kind_name']}: {draft['title']}", "", f"*{one['why']}*", "", draft["body"], ""]
        lines += [f"> {draft['mark']}", ""] if draft["mark"] else []
        lines += [f"- {line}" for line in _facts(one)]
        lines += [f"  - [{cited['message_id']}] {_short(cited['text'], 160)}" for cited in one["evidence"]]
        lines += [f"- {line}" for line in (*_plan(one), *_survey(one))]
        lines += [""]
    return "\n".join(lines).strip()


def _insight(insight: Document) -> Table:
    table = Table(title=f"{insight['messages']} messages, {insight['audience']} active members", title_justify="left")
    for column in ("rising", "messages", "members", "x usual"):
        table.add_column(column, justify="left" if column == "rising" else "right")
    for topic in insight["topics"][:6]:
        cells = (topic["name"], str(topic["recent"]), str(topic["members"]), f"{topic['trend']:g}")
        table.add_row(*map(escape, cells))
    return table


def _suggestion(number: int, one: Document) -> Panel:
    draft, screening = one["draft"], one["screening"]
    parts: list[Any] = [
        Text(one["why"], style="italic"),
        Text(),
        Text(draft["title"], style="bold"),
        Text(draft["body"]),
    ]
    if draft["mark"]:
        parts.append(Text(f"[{draft['mark']}]", style="magenta"))
    parts += [Text(), *(Text(f"• {line}", style="dim") for line in _facts(one))]
    parts += [
        Text(f"  “{_short(cited['text'], 110)}” [{cited['message_id']}]", style="dim") for cited in one["evidence"]
    ]
    parts += [Text(f"• {line}", style="dim") for line in (*_plan(one), *_survey(one))]
    colour = "red" if screening["blocked"] else "yellow" if not screening["clean"] else "green"
    title = Text(f" {number}  {one['kind_name']} ", style="bold")
    return Panel(Group(*parts), title=title, title_align="left", border_style=colour)


def _facts(one: Document) -> Iterator[str]:
    if one["best_time"]:
        yield f"best time: {one['best_time']['at'][:16].replace('T', ' ')}"
    yield f"audience: {one['audience']['size']} members"
    yield f"measure: {one['measure']}"
    if one["expected"]:
        yield f"expected response: {one['expected']['mean']:g} ({one['expected']['posts']} posts of its kind)"
    if one["invite"]:
        yield f"invite: {', '.join(one['invite'])}"
    if one["repetition"]["share"] >= 0.3:
        yield f"like an earlier post ({one['repetition']['share']:.0%}): {one['repetition']['post_id']}"
    yield from _findings(one["screening"])


def _findings(screening: Document) -> Iterator[str]:
    if screening["clean"]:
        yield "screened: nothing found"
        return
    yield f"screened: {screening['action']}" + (", blocked" if screening["blocked"] else "")
    for finding in screening["findings"]:
        laws = finding.get("advertising", {}).get("laws", [])
        articles = "; ".join(f"{law['law']} {law['article']}" for law in laws[:3])
        yield f"“{finding['text']}”: {finding['label']} {articles}".strip()


def _plan(one: Document) -> Iterator[str]:
    plan = one["plan"]
    if not plan:
        return
    yield f"plan: {plan['begins'][:16].replace('T', ' ')} to {plan['ends'][:16].replace('T', ' ')}, {plan['form']}"
    for name in ("rules", "rewards", "staff", "follow_up"):
        for line in plan[name]:
            yield f"{name.replace('_', ' ')}: {line}"


def _survey(one: Document) -> Iterator[str]:
    for question in (one["survey"] or {}).get("questions", ()):
        yield f"question: {question['ask']} ({' / '.join(question['options'])})"


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
