"""Files that are zip archives of XML (Office Open XML): opened within limits, their XML without declarations of its own."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from assistant.faq.ingest.document import IngestLimits, over, unreadable

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What the standard library raises for archives that are cut off, changed or made to harm."""


class Archive:
    """The parts of one document. Everything it raises is InvalidInput, with the document's name."""

    def __init__(self, name: str, content: bytes, limits: IngestLimits) -> None:
        self._name = name
        self._limits = limits
        check_compound(name, content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            parts = self._zip.infolist()
        except (*_BROKEN, UnicodeDecodeError):
            raise unreadable(name, "is broken: it is no complete zip archive, which such files are") from None
        # ``zipfile`` reads no more of a part than the directory declares, so that this sum holds for what is unpacked.
        if len(parts) > limits.packed_files:
            raise over(name, limits.packed_files, "files inside")
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise over(name, limits.unpacked_bytes, "bytes unpacked")
        if any(part.flag_bits & 1 for part in parts):
            raise unreadable(name, "is encrypted: save it without a password")
        self._sizes = {part.filename: part.file_size for part in parts}

    def __contains__(self, part: str) -> bool:
        return part in self._sizes

    def xml(self, part: str) -> Element:
        """A part's root element."""
        self._check(part)
        try:
            return fromstring(self._zip.read(part), forbid_dtd=True)
        except (*_BROKEN, ParseError, DefusedXmlException) as error:
            raise self._broken(part, error) from None

    def elements(self, part: str, tag: str) -> Iterator[Element]:
        """Each element of that name as soon as it is complete; it is emptied when the next is asked for, so that a sheet of any length
        takes little memory."""
        if part not in self._sizes:
            raise unreadable(self._name, f"is broken: it lacks {part}")
        try:
            with self._zip.open(part) as stream:
                for _, element in iterparse(stream, ("end",), forbid_dtd=True):
                    if element.tag == tag:
                        yield element
                        element.clear()
        except (*_BROKEN, ParseError, DefusedXmlException) as error:
            raise self._broken(part, error) from None

    def _check(self, part: str) -> None:
        if part not in self._sizes:
            raise unreadable(self._name, f"is broken: it lacks {part}")
        if self._sizes[part] > self._limits.part_bytes:
            raise over(self._name, self._limits.part_bytes, f"bytes in {part}")

    def _broken(self, part: str, error: Exception) -> Exception:
        if isinstance(error, DefusedXmlException):
            return unreadable(self._name, f"declares XML entities in {part}, which is not allowed")
        return unreadable(self._name, f"is broken: {part} cannot be read")


def check_compound(name: str, content: bytes) -> None:
    """Raises: InvalidInput, for the container that encrypted and old Office files are in ([MS-CFB])."""
    if not content.startswith(_COMPOUND):
        return
    if _ENCRYPTED in content:
        raise unreadable(name, "is encrypted: save it without a password")
    raise unreadable(name, "is in Office's format from before 2007: save it as .xlsx or .docx")
