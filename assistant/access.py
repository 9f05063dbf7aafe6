"""API keys: ``cak_``, 43 random letters and digits (256 bits), ``_``, and a checksum that tells a slip of the hand from a wrong key
without asking the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib

from assistant.errors import Unauthenticated

_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LETTERS = 43
_CHECK_LETTERS = 6
_PREFIX_LETTERS = 12
_FORM = re.compile(rf"cak_([0-9A-Za-z]{{{_RANDOM_LETTERS}}})_([0-9A-Za-z]{{{_CHECK_LETTERS}}})", re.ASCII)


def make_key() -> str:
    body = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))
    return f"cak_{body}_{_checksum(body)}"


def parse_key(key: str) -> bytes:
    """The hash by which the key is stored.

    Raises:
        Unauthenticated: it cannot be a key: wrong form or checksum.
    """
    match = _FORM.fullmatch(key)
    if match is None or not hmac.compare_digest(_checksum(match[1]).encode(), match[2].encode()):
        raise Unauthenticated("key_wrong")
    return hash_key(key)


def hash_key(key: str) -> bytes:
    """SHA-256: a key has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).digest()


def key_prefix(key: str) -> str:
    """Enough to recognise a key by in a list, too little to guess the rest."""
    return key[:_PREFIX_LETTERS]


def _checksum(body: str) -> str:
    """CRC-32 in base 62, as many letters as its largest value needs."""
    number = zlib.crc32(body.encode())
    letters = []
    for _ in range(_CHECK_LETTERS):
        number, digit = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[digit])
    return "".join(reversed(letters))
