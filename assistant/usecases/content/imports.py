"""Archives of communities as events: a Stack Exchange site's dump, and logs of IRC channels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from defusedxml.ElementTree import ParseError, iterparse
from selectolax.lexbor import LexborHTMLParser

from assistant.errors import InvalidInput
from assistant.types.event import Event, EventType
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.events import Taken, put_events

BATCH: Final = 500
MAX_CHARS: Final = 20_000
_FIRST: Final = date(2000, 1, 1)
_SAID: Final = re.compile(
    r"^(?:(?P<room>[\w.#-]{1,64}) (?P<day>\d{4}-\d\d-\d\d) )?"
    r"\[(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::\d\d)?\] <(?P<name>[^>]{1,64})>[ \t]+(?P<words>.*)$"
)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Imported:
    """``new`` of the ``read`` messages were not there before; ``erased`` are of members who were erased since, and stay away."""

    read: int
    new: int
    erased: int = 0


def import_archive(
    assistant: Assistant,
    community: str,
    folder: Path,
    form: str,
    tell: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Repeatable: a message that is there already changes nothing. Screened, and kept, as events that are told are. Blocks; ``tell`` is
    told of progress.

    Raises:
        InvalidInput: the folder holds no such archive, or it cannot be read.
        NotFound: there is no such community.
    """
    if form not in FORMATS:
        raise InvalidInput(field="format", limit=", ".join(FORMATS), problem="is not one of these")
    rows, read, found = FORMATS[form](folder), 0, Taken()
    while batch := list(islice(rows, BATCH)):
        put_events(assistant, community, list({one.id: one for one in batch}.values()), found)
        read += len(batch)
        tell(len(batch))
    if not read:
        raise InvalidInput(field="folder", problem=f"{folder} holds no messages of the format {form}")
    return Imported(read, found.taken, found.erased)


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
    is the file name's; files without one follow each other a day apart. A message's id is made of what was said, where, when and by whom,
    as channels' files often have the same names; one that is said again in the same minute is another. Where the day is in neither, it
    counts from the file's first, for files that are added move it."""
    seen: Counter[bytes] = Counter()
    for number, path in enumerate(sorted([*folder.rglob("*.ascii.txt"), *folder.rglob("*.log")])):
        later = timedelta(days=number)
        for event, is_dated in _log(path, _day_of(path.name), _FIRST + later):
            when = event.at if is_dated else event.at - later
            said = sha256(
                "\0".join((event.channel or "", event.member_id, when.isoformat(), event.text or "")).encode()
            )
            times = seen[said.digest()]
            seen[said.digest()] += 1
            said.update(times.to_bytes(8, "big"))
            yield replace(event, id=f"irc-{said.hexdigest()[:40]}")


def _log(path: Path, named: date | None, other: date) -> Iterator[tuple[Event, bool]]:
    """Without ids; and whether the day is told, by the file's name (``named``) or by a line. It begins at ``other`` where it is not. IRC's
    codes for italics and for what is struck out are ends of lines to ``splitlines``, and are none."""
    before, day, is_dated = -1, named or other, named is not None
    for line in _UNSTORABLE.sub("", path.read_text("utf-8", "replace")).split("\n"):
        found = _SAID.match(line)
        if found is None or not (text := _text(found["words"])):
            continue
        minute = int(found["hour"]) * 60 + int(found["minute"])
        if own := _day_of(found["day"] or ""):
            day, is_dated = own, True
        elif not found["day"] and minute < before:
            day += timedelta(days=1)
        before = minute
        event = Event(
            id="",
            type=EventType.MESSAGE,
            member_id=found["name"],
            at=datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute),
            channel=found["room"] or path.resolve().parent.name,
            text=text,
            source="import",
        )
        yield event, is_dated


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
    """None where there is none in it, or one that no calendar has."""
    try:
        return date(*map(int, found.groups()[:3])) if (found := _DAY.search(name)) else None
    except ValueError:
        return None
