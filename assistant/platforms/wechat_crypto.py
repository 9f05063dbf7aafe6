"""What WeChat's Official Accounts and WeCom share below the message: signatures, sealed XML, and reading it without being hurt.

A signature is the SHA-1 of its sorted parts, in hex. A sealed text is base64 of AES-256-CBC (key: base64 of the EncodingAESKey and ``=``;
IV: the key's first 16 bytes) over 16 random bytes, the text's length (4 bytes, big endian), the text, and the receiver's id, padded to
blocks of 32 (WeChat's "message encryption and decryption").
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hmac import compare_digest
from xml.etree.ElementTree import ParseError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml.ElementTree import fromstring

from assistant.errors import InvalidInput, Unauthenticated
from assistant.platforms.reading import as_text
from assistant.platforms.secret_forms import matching
from assistant.platforms.verification import check_equal
from assistant.types import HookReply

MAX_BYTES = 65_536
_BLOCK = 32
_HEAD = 20
_ALPHABET = string.ascii_letters + string.digits
_UNREADABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


is_aes_key = matching("[A-Za-z0-9]{43}")


def make_token() -> str:
    """32 letters and digits: the longest that the consoles take."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(32))


def make_aes_key() -> str:
    """43 letters and digits, the form of an EncodingAESKey."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(43))


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324  WeChat's own choice


def check_signature(given: str, tokens: Sequence[str], *parts: str) -> None:
    """``given`` signs ``parts`` under one of the tokens; Unauthenticated otherwise."""
    check_equal(given, *(signature(token, *parts) for token in tokens))


def seal(plain: bytes, aes_key: str, receiver: str) -> str:
    key = _key(aes_key)
    inside = b"".join((secrets.token_bytes(16), len(plain).to_bytes(4, "big"), plain, receiver.encode()))
    padding = _BLOCK - len(inside) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(inside + bytes([padding]) * padding) + encryptor.finalize()).decode()


@lru_cache(maxsize=1)
def unseal(sealed: str, aes_keys: tuple[str, ...], receiver: str) -> bytes:
    """The text under whichever of the keys opens it; Unauthenticated where none does, or it is meant for another receiver. The last one
    is kept: a hook is read right after it was verified."""
    for aes_key in aes_keys:
        try:
            inside = _decrypt(sealed, _key(aes_key))
        except ValueError:
            continue
        end = _HEAD + int.from_bytes(inside[16:_HEAD], "big")
        if end <= len(inside) and compare_digest(inside[end:], receiver.encode()):
            return inside[_HEAD:end]
    raise Unauthenticated("signature_wrong")


def read_xml(body: bytes) -> Mapping[str, str]:
    """The texts of the root's children by name, the first of each; InvalidInput for anything that is not plain XML without a DTD, and for
    more than WeChat ever sends: it is read before anybody knows who sent it."""
    if len(body) > MAX_BYTES:
        raise InvalidInput(field="body", limit=MAX_BYTES, problem=f"has more than {MAX_BYTES} bytes")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise InvalidInput(field="body", problem="is not XML") from None
    fields: dict[str, str] = {}
    for child in root:
        fields.setdefault(str(child.tag), as_text(child.text, str(child.tag)[:64]))
    return fields


@lru_cache(maxsize=1)
def sealed_part(body: bytes) -> str:
    """The ``Encrypt`` element, the only one that may be read of a body not yet verified; Unauthenticated where there is none."""
    try:
        sealed = read_xml(body).get("Encrypt", "").strip()
    except InvalidInput:
        raise Unauthenticated("signature_wrong") from None
    if not sealed or not sealed.isascii():
        raise Unauthenticated("signature_wrong")
    return sealed


def text_xml(to: str, account: str, text: str) -> bytes:
    """A passive reply: a text to the member who wrote."""
    created = int(datetime.now(UTC).timestamp())
    fields = (("ToUserName", to), ("FromUserName", account), ("CreateTime", str(created)))
    return _xml((*fields, ("MsgType", "text"), ("Content", text)))


def sealed_reply(plain: bytes, token: str, aes_key: str, receiver: str) -> HookReply:
    """``plain`` sealed and signed, as a callback's answer has to be where the question was sealed."""
    sealed, now, nonce = seal(plain, aes_key, receiver), str(int(datetime.now(UTC).timestamp())), secrets.token_hex(8)
    signed = (("Encrypt", sealed), ("MsgSignature", signature(token, now, nonce, sealed)))
    return HookReply(body=_xml((*signed, ("TimeStamp", now), ("Nonce", nonce))), media_type="application/xml")


def _xml(fields: Sequence[tuple[str, str]]) -> bytes:
    return f"<xml>{''.join(_elements(fields))}</xml>".encode("utf-8", "replace")


def _elements(fields: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, value in fields:
        harmless = value.translate(_UNREADABLE).replace("]]>", "]]]]><![CDATA[>")
        yield f"<{name}><![CDATA[{harmless}]]></{name}>"


def _key(aes_key: str) -> bytes:
    key = base64.b64decode(aes_key + "=")
    if len(key) != 32:
        raise ValueError("an EncodingAESKey has 43 characters")
    return key


def _decrypt(sealed: str, key: bytes) -> bytes:
    """Without its padding; ValueError for what was not sealed with ``key``."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    inside = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    padding = inside[-1] if inside else 0
    if not 1 <= padding <= _BLOCK or len(inside) < _HEAD + padding:
        raise ValueError("the padding is wrong")
    return inside[:-padding]
