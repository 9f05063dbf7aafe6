"""The evaluation sets: named in ``datasets.toml`` by public source and hash, read from the setting ``eval.data_dir``."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).with_name("datasets.toml")


class Unusable(Exception):
    """A set cannot be measured on; the message says why, and what would help."""


class Absent(Unusable):
    pass


class Changed(Unusable):
    pass


@dataclass(frozen=True, slots=True)
class Source:
    """One set of the catalogue; ``files`` maps paths below its folder, as in the repository, to SHA-256."""

    name: str
    repository: str
    commit: str
    licence: str
    use: str
    files: Mapping[str, str]
    note: str = ""


def read_catalogue(path: Path = CATALOGUE) -> dict[str, Source]:
    tables = tomllib.loads(path.read_text("utf-8"))
    return {name: Source(name=name, **table) for name, table in tables.items()}


class Datasets:
    """Files of ``data_dir/<set>/<path>``, given out only when their hash is the catalogue's."""

    def __init__(self, data_dir: Path, catalogue: Mapping[str, Source] | None = None) -> None:
        self.data_dir = data_dir
        self.catalogue = read_catalogue() if catalogue is None else catalogue

    def read(self, name: str, path: str) -> bytes:
        """Raises:
        Absent: the file is not there, or cannot be read.
        Changed: its SHA-256 is not the catalogue's.
        """
        source = self.catalogue[name]
        file = self.data_dir / name / path
        if not file.is_file():
            raise Absent(
                f"absent: {name}/{path} is not in {self.data_dir} (from github.com/{source.repository}, commit {source.commit})"
            )
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Absent(f"absent: {file} cannot be read: {error.strerror}") from None
        found = hashlib.sha256(content).hexdigest()
        if found != source.files[path]:
            raise Changed(
                f"refused: {name}/{path} has SHA-256 {found[:12]}…, the catalogue says {source.files[path][:12]}…"
            )
        return content

    def rows(self, name: str, path: str, delimiter: str = ",", quoted: bool = True) -> list[dict[str, str]]:
        """A CSV or TSV file with a header line; ``quoted`` says whether quotation marks enclose fields."""
        text = io.StringIO(self.read(name, path).decode("utf-8-sig"), newline="")
        if quoted:
            return list(csv.DictReader(text, delimiter=delimiter))
        return list(csv.DictReader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE))

    def json(self, name: str, path: str) -> Any:
        return json.loads(self.read(name, path))

    def zipped_rows(self, name: str, path: str, member: str) -> list[dict[str, str]]:
        """A CSV file inside a ZIP archive."""
        with zipfile.ZipFile(io.BytesIO(self.read(name, path))) as archive:
            text = archive.read(member).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Our own rows, which lie beside the harness.

    Raises:
        Absent: the file is not there.
    """
    if not path.is_file():
        raise Absent(f"absent: {path.name} is not in {path.parent}")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
