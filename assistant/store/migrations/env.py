"""Alembic's entry: runs on the connection, and in the transaction, of ``assistant.store.schema.migrate``."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
