"""``assistant backup`` and ``restore``: the embedded database in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.data_folder import ready_folder
from assistant.cli.screen import err
from assistant.cli.writing import check_writable
from assistant.errors import ConfigurationError, InvalidInput
from assistant.settings import Settings, load_settings
from assistant.store.embedded import EmbeddedServer, dump, load
from assistant.store.schema import is_empty, migrate
from assistant.store.vault import FILE


def backup(file: Annotated[Path, typer.Argument(help="Where to; what is there is replaced.")]) -> None:
    """Copy the embedded database into a file, beside a running service or alone. The key of the connections' secrets is not in it."""
    settings = _embedded()
    check_writable(file, "FILE")
    if file.exists() and not file.is_file():
        raise InvalidInput(field="FILE", problem=f"{file} is no file, and would be replaced by one")
    server = EmbeddedServer(settings.data_dir)
    if not server.has_database:
        raise ConfigurationError(
            f"there is no database in {settings.data_dir}; ASSISTANT_DATA_DIR names another folder"
        )
    server.start()
    try:
        dump(settings.data_dir, file.resolve())
    finally:
        server.stop()
    key = "ASSISTANT_SECRET_KEY" if settings.secret_key else settings.data_dir / FILE
    err.print(f"{file} holds the database. Keep {key} too, elsewhere.", markup=False, soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help="What `assistant backup` wrote, this version's or an older one's.")],
) -> None:
    """Make the embedded database anew out of a file; the data folder must hold none. Put the key of the connections' secrets back first."""
    settings = _embedded()
    if not file.is_file():
        raise InvalidInput(field="FILE", problem=f"{file} is not a file")
    ready_folder(settings.data_dir)
    server = EmbeddedServer(settings.data_dir)
    urls = server.start()
    try:
        if not is_empty(urls.owner):
            raise ConfigurationError(
                f"{settings.data_dir} holds a database already: set ASSISTANT_DATA_DIR to a new folder, "
                f"or stop the service and move {settings.data_dir / 'postgres'} away"
            )
        load(settings.data_dir, file.absolute())
        migrate(urls.owner, urls.app)
    finally:
        server.stop()
    if settings.secret_key is None and not (settings.data_dir / FILE).exists():
        err.print(
            f"put {FILE} back into {settings.data_dir} before you start the service", markup=False, soft_wrap=True
        )


def _embedded() -> Settings:
    settings = load_settings()
    if settings.database.url is not None:
        raise ConfigurationError(
            "database.url is set: this is for the embedded database; copy your own server's with its pg_dump (docs/database.md)"
        )
    return settings
