"""Where the service of a data folder listens, for commands that run beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from assistant.settings import Settings

FILE: Final = "serving"
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104
_WAIT_S: Final = 2.0


def own_address(settings: Settings) -> str:
    """Where this machine reaches a service with these settings."""
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


@contextmanager
def noted(settings: Settings) -> Iterator[None]:
    """The address stands in the data folder until the block ends; of several services, that of the one begun last."""
    path, address = _file(settings), own_address(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(address + "\n", "utf-8")
    try:
        yield
    finally:
        with suppress(OSError):
            if path.read_text("utf-8").strip() == address:
                path.unlink()


def running_address(settings: Settings) -> str | None:
    """Where the service of this data folder answers now; ``None`` where none does."""
    try:
        written = [_file(settings).read_text("utf-8").strip()]
    except (OSError, UnicodeDecodeError):
        written = []
    return next((address for address in dict.fromkeys([*written, own_address(settings)]) if serves(address)), None)


def serves(address: str) -> bool:
    """Whether it is this service that answers there."""
    try:
        return "database" in httpx.get(f"{address}/health/ready", timeout=_WAIT_S).json()["checks"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return False


def _file(settings: Settings) -> Path:
    return settings.data_dir / FILE
