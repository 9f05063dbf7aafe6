"""Archives of communities as events: a Stack Exchange site's dump, and logs of IRC channels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from defusedxml.ElementTree import ParseError, iterparse
from selectolax.lexbor import LexborHTMLParser

from assistant.errors import InvalidInput
from assistant.store import events
from assistant.store.database import Database
from assistant.types.event import Event, EventType

BATCH: Final = 500
MAX_CHARS: Final = 20_000
_FIRST: Final = date(2000, 1, 1)
_SAID: Final = re.compile(
    r"^(?:(?P<room>[\w.#-]{1,64}) (?P<day>\d{4}-\d\d-\d\d) )?"
    r"\[(?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d)?\] <(?P<name>[^>]{1,64})>[ \t]+(?P<words>.*)$"
)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:_(\d\d))?")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Imported:
    """``new`` of the ``read`` messages were not there before."""

    read: int
    new: int


def import_archive(
    database: Database,
    community: str,
    folder: Path,
    form: str,
    now: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Repeatable: a message that is there already changes nothing. Blocks; ``tell`` is told of progress.

    Raises:
        InvalidInput: the folder holds no such archive, or it cannot be read.
        NotFound: there is no such community.
    """
    if form not in FORMATS:
        raise InvalidInput(field="format", limit=", ".join(FORMATS), problem="is not one of these")
    found, read, new = FORMATS[form](folder), 0, 0
    while batch := list(islice(found, BATCH)):
        events.make_months(database, [event.at for event in batch])
        with database.transaction(community) as transaction:
            new += len(events.put(transaction, community, list({one.id: one for one in batch}.values()), now))
        read += len(batch)
        tell(len(batch))
    if not read:
        raise InvalidInput(field="folder", problem=f"{folder} holds no messages of the format {form}")
    return Imported(read, new)


def stack_exchange(folder: Path) -> Iterator[Event]:
    """Questions, answers and comments of a dump (``Posts.xml``, ``Comments.xml``). Answers and comments point at what they are about. The
    dump's numbers of members are theirs here."""
    for row in _rows(folder, "Posts.xml"):
        if row.get("PostTypeId") in {"1", "2"} and (text := _text(f"{row.get('Title', '')}\n{plain(row['Body'])}")):
            yield Event(
                id=f"post-{row['Id']}",
                type=EventType.MESSAGE,
                member_id=_member(row.get("OwnerUserId")),
                at=_moment(row["CreationDate"]),
                item_id=f"post-{row['ParentId']}" if row.get("ParentId") else None,
                channel="questions" if row["PostTypeId"] == "1" else "answers",
                text=text,
                language="en",
                properties={"tags": re.findall(r"[^<>|]+", row.get("Tags", ""))} if row.get("Tags") else {},
                source="import",
            )
    for row in _rows(folder, "Comments.xml"):
        if text := _text(row["Text"]):
            yield Event(
                id=f"comment-{row['Id']}",
                type=EventType.MESSAGE,
                member_id=_member(row.get("UserId")),
                at=_moment(row["CreationDate"]),
                item_id=f"post-{row['PostId']}",
                channel="comments",
                text=text,
                language="en",
                source="import",
            )


def irc(folder: Path) -> Iterator[Event]:
    """Logs in files ``*.ascii.txt`` or ``*.log``, of lines ``[hh:mm] <name> words``, with a channel and a day before or not. Else the day
    is the file name's; files without one follow each other a day apart."""
    for number, path in enumerate(sorted([*folder.rglob("*.ascii.txt"), *folder.rglob("*.log")])):
        yield from _log(path, _day_of(path.name) or _FIRST + timedelta(days=number))


def _log(path: Path, day: date) -> Iterator[Event]:
    before, name = -1, path.name.removesuffix(".ascii.txt").removesuffix(".log")
    for at, line in enumerate(path.read_text("utf-8", "replace").splitlines()):
        found = _SAID.match(line)
        if found is None or not (text := _text(found["words"])):
            continue
        minute = int(found["hour"]) * 60 + int(found["minute"])
        if found["day"]:
            day = date.fromisoformat(found["day"])
        elif minute < before:
            day += timedelta(days=1)
        before = minute
        yield Event(
            id=f"irc-{name}-{at}",
            type=EventType.MESSAGE,
            member_id=found["name"],
            at=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute),
            channel=found["room"] or path.parent.name,
            text=text,
            source="import",
        )


FORMATS: Final[Mapping[str, Callable[[Path], Iterator[Event]]]] = {"stackexchange": stack_exchange, "irc": irc}


def _rows(folder: Path, name: str) -> Iterator[Mapping[str, str]]:
    paths = sorted(folder.rglob(name))
    for path in paths[:1]:
        try:
            for _, element in iterparse(path):
                if element.tag == "row":
                    yield dict(element.attrib)
                    element.clear()
        except (ParseError, OSError) as error:
            raise InvalidInput(field="folder", problem=f"{path} cannot be read: {error}") from None


def plain(html: str) -> str:
    """HTML as the text in it."""
    body = LexborHTMLParser(html).body
    return body.text(separator=" ") if body is not None else html


def _text(text: str) -> str:
    return _UNSTORABLE.sub("", text).strip()[:MAX_CHARS]


def _member(number: str | None) -> str:
    return f"user-{number}" if number else "user-unknown"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _day_of(name: str) -> date | None:
    found = _DAY.search(name)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None
