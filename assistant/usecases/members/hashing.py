"""A member's id, in a form that tells nobody whose it was."""

from __future__ import annotations

from assistant.store.vault import Vault


def member_hash(vault: Vault, community: str, member_id: str) -> bytes:
    """HMAC-SHA-256 under the service's own key: 32 bytes."""
    return vault.sign(f"erased member\0{community}\0{member_id}".encode())
