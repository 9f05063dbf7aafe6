"""The schema's history. ``assistant.store.schema`` runs it."""
