"""Secrets at rest: AES-256-GCM, the id of the key beside each ciphertext, and the name of what is encrypted bound to it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import ConfigurationError

FILE = "secret.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """``value`` is the nonce and the ciphertext in base64; ``key_id`` tells the key that opens it, and nothing of it."""

    key_id: str
    value: str


class Vault:
    """The first of ``keys`` seals, every one opens. Thread-safe."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): key for key in keys}
        self._newest = _key_id(keys[0])
        self._signing = [hmac.digest(key, b"assistant signed links", hashlib.sha256) for key in keys]

    def seal(self, plain: str, purpose: str) -> Sealed:
        """``purpose`` says what it is (``<connection>/<name>``): a ciphertext moved elsewhere does not open."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._newest]).encrypt(nonce, plain.encode(), purpose.encode())
        return Sealed(self._newest, base64.b64encode(nonce + sealed).decode())

    def open(self, sealed: Sealed, purpose: str) -> str:
        """Raises: ConfigurationError, where the key is missing or the ciphertext was tampered with."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise ConfigurationError(
                f"a connection's secret was encrypted with the key {sealed.key_id}, which is not here: "
                f"put back {FILE} or the key in ASSISTANT_SECRET_KEY"
            )
        try:
            raw = base64.b64decode(sealed.value)
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise ConfigurationError(f"the secret {purpose} does not open: it was changed in the database") from None

    def sign(self, content: bytes) -> bytes:
        """HMAC-SHA256 under a key of its own, for links that members are given."""
        return hmac.digest(self._signing[0], content, hashlib.sha256)

    def verifies(self, content: bytes, mac: bytes) -> bool:
        """Whether any of the keys signed this."""
        return any(hmac.compare_digest(mac, hmac.digest(key, content, hashlib.sha256)) for key in self._signing)


def open_vault(data_dir: Path, given: str | None) -> tuple[Vault, bool]:
    """The vault of ``given`` keys (base64, the newest first, separated by commas), or of the key file, made if it is not there (0600).
    The second value says that it was made now.

    Raises:
        ConfigurationError: a key is not 32 bytes in base64, or the file cannot be made or read.
    """
    if given:
        return _given(given), False
    path = data_dir / FILE
    try:
        made = _make(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be made: {error.strerror}") from None
    return _kept(path), made


def read_vault(data_dir: Path, given: str | None) -> Vault:
    """As ``open_vault``, but makes no key: where none is kept, the vault is one that opens nothing.

    Raises:
        ConfigurationError: a key is not 32 bytes in base64, or the file cannot be read.
    """
    if given:
        return _given(given)
    path = data_dir / FILE
    return _kept(path) if path.exists() else Vault([secrets.token_bytes(_KEY_BYTES)])


def _given(given: str) -> Vault:
    keys = [_decode(part, "ASSISTANT_SECRET_KEY") for part in given.split(",") if part.strip()]
    if not keys:
        raise ConfigurationError("ASSISTANT_SECRET_KEY holds no key: set one, or leave it out")
    return Vault(keys)


def _kept(path: Path) -> Vault:
    try:
        return Vault([_decode(path.read_text("ascii"), str(path))])
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None


def _make(path: Path) -> bool:
    """Whole or not at all, even if several processes begin at once. Whether it was this call that made it."""
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(f"{where} must hold {_KEY_BYTES} random bytes in base64 (openssl rand -base64 32)")
    return key


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"assistant key id" + key).hexdigest()[:12]
