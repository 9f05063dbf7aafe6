"""``assistant upgrade``: the database at this version's schema, on purpose and at a time of one's choosing."""

from __future__ import annotations

from assistant.cli.data_folder import ready_folder
from assistant.cli.screen import out
from assistant.settings import load_settings
from assistant.store.schema import head
from assistant.wiring import open_database


def upgrade() -> None:
    """Bring the database to this version's schema, as the service does when it starts. Stop every service that uses it first, and back it
    up: an older version refuses it from then on."""
    settings = load_settings()
    ready_folder(settings.data_dir)
    database, embedded = open_database(settings)
    database.close()
    if embedded is not None:
        embedded.stop()
    out.print(f"the database's schema is {head()}, this version's", soft_wrap=True)
