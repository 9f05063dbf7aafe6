"""``assistant keys``: API keys. A key is printed once, alone on the last line; only its hash is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from assistant.cli.screen import out
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.types.access import Scope
from assistant.usecases import keys as usecase
from assistant.wiring import administration

MOST_PER_MINUTE = 1_000_000_000

app = typer.Typer(help="API keys: create, list, rotate, revoke.", no_args_is_help=True)


@app.command()
def create(
    scope: Annotated[Scope, typer.Option(help="What the key may do.")],
    community: Annotated[
        str | None, typer.Option(help="The community it belongs to; without one it may name any.")
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    expires_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it stops working.")] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, max=MOST_PER_MINUTE, help="Its own rate limit.")
    ] = None,
    origin: Annotated[
        list[str] | None, typer.Option(help="A page that may use a member key (https://shop.example); repeat it.")
    ] = None,
) -> None:
    """Create a key and print it on the last line."""
    with administration(load_settings()) as database:
        made = usecase.create_key(
            database,
            scope=scope,
            community=community,
            name=name,
            lifetime=timedelta(days=expires_days) if expires_days else None,
            requests_per_minute=requests_per_minute,
            origins=origin or (),
        )
    out.print(f"key {made.record.id}, scope {scope.value}, community {community or '(any)'}; it is shown only now:")
    typer.echo(made.secret)


@app.command("list")
def list_keys(community: Annotated[str | None, typer.Option(help="Only this community's.")] = None) -> None:
    """List keys; the keys themselves are not kept and cannot be shown."""
    with administration(load_settings()) as database:
        records = usecase.list_keys(database, community)
    table = Table(box=box.SIMPLE)
    for heading in ("id", "scope", "community", "prefix", "name", "created", "expires", "revoked", "last used"):
        table.add_column(heading, no_wrap=heading == "id", overflow="fold")
    for record in records:
        table.add_row(
            record.id,
            record.scope.value,
            record.community or "(any)",
            record.prefix,
            escape(record.name),
            *(
                f"{when:%Y-%m-%d %H:%M}" if when else ""
                for when in (record.created_at, record.expires_at, record.revoked_at, record.last_used_at)
            ),
        )
    out.print(table)


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")],
    overlap_hours: Annotated[int, typer.Option(min=0, max=720, help="Hours for which the old key still works.")] = 24,
) -> None:
    """Make a new key in place of one, which keeps working for the overlap; print the new one on the last line."""
    with administration(load_settings()) as database:
        made = usecase.rotate_key(database, key_id, timedelta(hours=overlap_hours))
    out.print(f"key {made.record.id} takes the place of {key_id}, which works for {overlap_hours} more hours:")
    typer.echo(made.secret)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Stop a key from working."""
    with administration(load_settings()) as database:
        if not usecase.revoke_key(database, key_id):
            raise InvalidInput(field="KEY_ID", problem=f"there is no working key {key_id}")
    out.print(f"key {key_id} is revoked; running services stop taking it within 5 s")
