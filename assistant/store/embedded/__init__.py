"""The embedded PostgreSQL server: one per data folder, shared by every process that uses the folder."""

from assistant.store.embedded.dump import dump, load
from assistant.store.embedded.server import MAX_CONNECTIONS, EmbeddedServer, ServerUrls

__all__ = ["MAX_CONNECTIONS", "EmbeddedServer", "ServerUrls", "dump", "load"]
