"""``assistant outbox``: what was, is to be, or could not be carried out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Column, Table

from assistant.cli.screen import out
from assistant.settings import load_settings
from assistant.types import DeliveryState
from assistant.usecases.deliveries import list_deliveries, redrive_deliveries
from assistant.wiring import administration

app = typer.Typer(help="The outbox: list, redrive.", no_args_is_help=True)


@app.command("list")
def list_outbox(
    community: Annotated[str, typer.Option(help="Whose.")],
    state: Annotated[DeliveryState, typer.Option(help="Only these.")] = DeliveryState.DEAD,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many, the newest first.")] = 50,
) -> None:
    """List deliveries: those that were given up, unless another state is named."""
    with administration(load_settings()) as database:
        found = list_deliveries(database, community, state, None, limit)
    whole_id = Column("id", no_wrap=True)  # it is to be copied, also where the terminal is narrow
    table = Table(whole_id, "do", "attempts", "because", "connection", "created", box=box.SIMPLE)
    for one in found["deliveries"]:
        because = escape(one["because"] or "")
        table.add_row(
            one["id"], one["do"], str(one["attempts"]), because, one["connection_id"] or "", one["created_at"][:16]
        )
    out.print(table)
    out.print(", ".join(f"{number} {name}" for name, number in found["counts"].items()))


@app.command()
def redrive(
    community: Annotated[str, typer.Option(help="Whose.")],
    ids: Annotated[list[str] | None, typer.Argument(help="Which; without any, every dead one.")] = None,
) -> None:
    """Send dead deliveries again, under their old ids."""
    with administration(load_settings()) as database:
        number = redrive_deliveries(database, community, ids or None, actor="command line", now=datetime.now(UTC))
    out.print(f"{number} deliveries wait again")
