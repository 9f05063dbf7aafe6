"""``assistant communities``: communities, and what belongs to them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant.cli.screen import err, out
from assistant.settings import load_settings
from assistant.types import Own
from assistant.usecases import communities as usecase
from assistant.wiring import administration
from assistant.words import LANGUAGES

app = typer.Typer(help="Communities: create, list, change.", no_args_is_help=True)

_LANGUAGES = f"What members are spoken to in where they do not say otherwise: {', '.join(LANGUAGES)}."


@app.command()
def create(
    community: Annotated[str, typer.Argument(help="Its id: 1 to 63 of a-z, 0-9 and -.")],
    name: Annotated[str, typer.Option(help="The name that members see.")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="A domain of its own, never advertising; repeat it.")] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="An official account id (WeChat, LINE, ...); repeat it.")
    ] = None,
    phone: Annotated[list[str] | None, typer.Option(help="A public phone number of its own; repeat it.")] = None,
    staff: Annotated[list[str] | None, typer.Option(help="The member id of someone of its staff; repeat it.")] = None,
    language: Annotated[str, typer.Option(help=_LANGUAGES)] = "zh-Hans",
) -> None:
    """Create a community with the shipped policy. Its own domains, accounts, phones and staff are exempt from the rules."""
    given = {"domain": domain, "account": account, "phone": phone, "staff": staff}
    if not any(given.values()) and err.is_terminal:
        given = {kind: _ask(kind) for kind in given}
    own = Own(*(tuple(given[kind] or ()) for kind in ("domain", "account", "phone", "staff")))
    with administration(load_settings()) as database:
        usecase.create_community(database, community, name or community, own, language)
    out.print(
        f"community {community} is ready; make a key for it: assistant keys create --scope platform --community {community}"
    )


def _ask(kind: str) -> list[str]:
    answer = typer.prompt(
        f"its own {kind}s, separated by commas (Enter for none)", default="", show_default=False, err=True
    )
    return [part.strip() for part in answer.split(",") if part.strip()]


@app.command("dry-run")
def dry_run(
    community: Annotated[str, typer.Argument(help="Its id.")],
    on: Annotated[bool, typer.Option("--on/--off", help="Whether nothing is carried out, on any connection.")] = True,
) -> None:
    """Decide, and carry nothing out, on any of the community's connections."""
    with administration(load_settings()) as database:
        usecase.set_dry_run(database, community, dry_run=on)
    out.print(f"community {community}: dry run {'on' if on else 'off'}; running services know within 2 s")


@app.command("language")
def language(
    community: Annotated[str, typer.Argument(help="Its id.")],
    language: Annotated[str, typer.Argument(help=_LANGUAGES)],
) -> None:
    """Change what its members are spoken to in where they do not say otherwise."""
    with administration(load_settings()) as database:
        usecase.set_default_language(database, community, language)
    out.print(f"community {community}: {usecase.read_language(language)}; running services know within 2 s")


@app.command("list")
def list_communities() -> None:
    """List communities."""
    with administration(load_settings()) as database:
        rows = usecase.list_communities(database)
    table = Table("id", "name", "language", "created")
    for row in rows:
        table.add_row(row.id, escape(row.name), row.default_language, f"{row.created_at:%Y-%m-%d %H:%M}")
    out.print(table)
