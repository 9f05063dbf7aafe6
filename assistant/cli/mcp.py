"""``assistant mcp``: the tools of a running service for a program on this machine, over standard input and output."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import httpx
import typer

from assistant.errors import ConfigurationError, InvalidInput
from assistant.settings import Settings, load_settings


def mcp(
    url: Annotated[
        str | None, typer.Option(help="The service (default: the setting public_url, else this machine's).")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(envvar="ASSISTANT_MCP_KEY", help="An API key, or @FILE that holds one; better given as variable."),
    ] = None,
    community: Annotated[str | None, typer.Option(help="Only for a key that belongs to no community.")] = None,
) -> None:
    """Serve the tools ask, search, moderate and suggest of the Model Context Protocol on standard input and output.

    The key decides what they may do: member is enough for ask and search, platform for moderate too, operator for suggest.
    """
    try:
        from assistant.web.mcp import build_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise ConfigurationError("the extra `mcp` is not installed: in a checkout, pip install '.[mcp]'") from None
    address, secret = url or _address(load_settings()), _key(key)

    async def serve() -> None:
        headers = {"authorization": f"Bearer {secret}"}
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client:
            await build_server(client, community).run_stdio_async()

    asyncio.run(serve())


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return settings.public_url or f"http://{host}:{settings.port}"


def _key(given: str | None) -> str:
    """Raises: InvalidInput, ConfigurationError."""
    if not given:
        raise InvalidInput(field="--key", problem="is needed: set ASSISTANT_MCP_KEY, or give --key @FILE")
    if not given.startswith("@"):
        return given.strip()
    try:
        return Path(given[1:]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {given[1:]}: {error}") from None
