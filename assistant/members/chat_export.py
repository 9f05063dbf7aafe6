"""What people said, out of LINE's own chat export and out of text that was copied from a chat window.

Both are written for people, by versions and languages that differ: what cannot be read as a header belongs to the message before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class ChatLine:
    """``kind`` is ``message``, ``join`` or ``leave``; ``number`` is the line of the file where it begins, from 1."""

    number: int
    at: datetime
    name: str
    text: str
    kind: str = "message"


_DAY = re.compile(
    r"^(?:[A-Za-z]{3},?\s+)?(?:(\d{4})[./年-](\d{1,2})[./月-](\d{1,2})日?|(\d{1,2})/(\d{1,2})/(\d{4}))"
    r"(?:\s*[(（]?\s*(?:星期|週|周|禮拜)?[日一二三四五六]?(?:[A-Za-z]{3,9})?\s*[)）]?)?$"
)
_HALF = r"(?:上午|下午|凌晨|早上|中午|晚上|AM|PM|am|pm)"
_TIME = (
    rf"(?P<before>{_HALF})?\s*(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?\s*(?P<after>{_HALF})?"
)
_LINE_TABS = re.compile(rf"^{_TIME}\t(?P<rest>.*)$")
_LINE_SPACES = re.compile(rf"^{_TIME}\s(?P<name>\S{{1,40}})\s(?P<text>.+)$")
_NOT_SAID = re.compile(
    r"^\[?(?:照片|貼圖|贴图|影片|视频|語音訊息|语音|檔案|文件|相簿|記事本|聯絡資訊|位置訊息|圖片|图片|"
    r"Photo|Sticker|Video|Voice message|File|Album|Note|Contact|Location)\]?$|^☎|收回訊息|unsent a message"
)
_CAME = re.compile(
    r"^(?P<name>.{1,60}?)\s?(?:已?加入(?:了)?(?:聊天|群組|社群|群聊)|joined the (?:chat|group|OpenChat))"
)
_WENT = re.compile(
    r"^(?P<name>.{1,60}?)\s?(?:已?(?:離開|退出)(?:了)?(?:聊天|群組|社群|群聊)|left the (?:chat|group|OpenChat))"
)

_STAMP = r"(?:(?P<year>\d{4})[-./年](?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?)[,，]?\s*" + _TIME
_WESTERN = r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{2,4}),?\s*" + _TIME
_HEADERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^\[?{_WESTERN}\]?\s*(?:-\s*)?(?P<name>[^:：]{{1,60}})[:：]\s?(?P<text>.*)$",
        rf"^\[?{_STAMP}\]?\s*(?:-\s*)?(?P<name>[^:：]{{1,60}})[:：]\s?(?P<text>.*)$",
        rf"^{_STAMP}\s+(?P<name>\S.{{0,60}}?)(?:\(\d+\))?\s*$",
        rf"^(?P<name>\S.{{0,60}}?)\s+{_STAMP}\s*$",
    )
)
_NAMED = re.compile(r"^(?P<name>[^:：\s]{1,30})[:：]\s?(?P<text>\S.*)$")


def read_line_export(lines: Iterable[str], zone: ZoneInfo) -> Iterator[ChatLine]:
    """LINE's ``[LINE] ….txt``: a day in a line of its own, then ``time⇥name⇥words`` (the desktop's with spaces), in ``zone``."""
    day: date | None = None
    open_line: ChatLine | None = None
    for number, line in _cleaned(lines):
        found = _day(line)
        if found is not None:
            day = found
            continue
        header = _line_header(number, line, day, zone) if day is not None else None
        if header is None:
            open_line = _longer(open_line, line)
            continue
        if open_line is not None and _said(open_line):
            yield _unquoted(open_line)
        open_line = header
    if open_line is not None and _said(open_line):
        yield _unquoted(open_line)


def read_pasted(lines: Iterable[str], zone: ZoneInfo, begins: datetime | None = None) -> Iterator[ChatLine]:
    """Text copied from WeChat, QQ, WhatsApp and the like: a name with day and time, then words, in one line or the next. Where lines
    are ``name: words`` alone they count as said a second after each other from ``begins``, and are left out without it."""
    open_line: ChatLine | None = None
    for number, line in _cleaned(lines):
        header = _pasted_header(number, line, zone) or _untimed(number, line, begins)
        if header is None:
            open_line = _longer(open_line, line)
            continue
        if open_line is not None and _said(open_line):
            yield open_line
        open_line = header
    if open_line is not None and _said(open_line):
        yield open_line


def _cleaned(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        yield number, line.rstrip("\r\n").lstrip("\ufeff\u200e\u200f")


def _day(line: str) -> date | None:
    match = _DAY.match(line.strip())
    if match is None:
        return None
    year, month, day = match.group(1, 2, 3) if match[1] else (match[6], match[4], match[5])
    return _date(int(year), int(month), int(day))


def _line_header(number: int, line: str, day: date, zone: ZoneInfo) -> ChatLine | None:
    match = _LINE_TABS.match(line)
    if match is not None:
        at = _moment(day, match, zone)
        name, tab, text = match["rest"].partition("\t")
        if at is None:
            return None
        return ChatLine(number, at, name[:MAX_NAME], text) if tab and name else _system(number, at, match["rest"])
    match = _LINE_SPACES.match(line)
    at = _moment(day, match, zone) if match is not None else None
    if match is None or at is None:
        return None
    whole = _system(number, at, f"{match['name']} {match['text']}")
    return whole if whole.kind != "other" else ChatLine(number, at, match["name"], match["text"])


def _system(number: int, at: datetime, text: str) -> ChatLine:
    """What the platform said of a member, who may be anyone."""
    for pattern, kind in ((_CAME, "join"), (_WENT, "leave")):
        match = pattern.match(text.strip())
        if match is not None:
            return ChatLine(number, at, match["name"].strip()[:MAX_NAME], "", kind)
    return ChatLine(number, at, "", text, "other")


def _pasted_header(number: int, line: str, zone: ZoneInfo) -> ChatLine | None:
    for pattern in _HEADERS:
        match = pattern.match(line.strip())
        if match is None:
            continue
        year = int(match["year"])
        day = _date(year + 2000 if year < 100 else year, int(match["month"]), int(match["day"]))
        at = _moment(day, match, zone) if day is not None else None
        if at is not None:
            text = match.groupdict().get("text") or ""
            return ChatLine(number, at, match["name"].strip()[:MAX_NAME], text)
    return None


def _untimed(number: int, line: str, begins: datetime | None) -> ChatLine | None:
    match = _NAMED.match(line.strip()) if begins is not None else None
    if match is None or begins is None or match["name"].lower() in {"http", "https"}:
        return None
    return ChatLine(number, begins + timedelta(seconds=number - 1), match["name"], match["text"])


def _longer(before: ChatLine | None, line: str) -> ChatLine | None:
    if before is None or before.kind != "message":
        return before
    text = f"{before.text}\n{line}" if before.text else line
    return ChatLine(before.number, before.at, before.name, text, before.kind)


def _unquoted(line: ChatLine) -> ChatLine:
    """LINE puts words of several lines in quotation marks."""
    text = line.text.strip()
    if "\n" in text and text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    return ChatLine(line.number, line.at, line.name, text, line.kind)


def _said(line: ChatLine) -> bool:
    if line.kind in {"join", "leave"}:
        return bool(line.name)
    text = line.text.strip()
    return line.kind == "message" and bool(line.name and text) and not _NOT_SAID.search(text)


def _moment(day: date, match: re.Match[str], zone: ZoneInfo) -> datetime | None:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = (match["before"] or match["after"] or "").lower()
    if half in {"下午", "晚上", "pm"} or (half == "中午" and hour < 11):
        hour = hour % 12 + 12
    elif half in {"上午", "凌晨", "早上", "am"}:
        hour %= 12
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime.combine(day, time(hour, minute, second), zone)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
