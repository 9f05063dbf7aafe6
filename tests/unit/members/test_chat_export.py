"""Chats as their programs write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.members.chat_export import read_line_export, read_pasted

TAIPEI = ZoneInfo("Asia/Taipei")


def said(lines):
    return [(line.at.strftime("%Y-%m-%d %H:%M"), line.name, line.text, line.kind) for line in lines]


def test_lines_own_export_with_its_system_lines_and_placeholders():
    text = """[LINE] 露營同好會的聊天記錄
儲存日期：2026/11/20 10:00

2026/11/19（四）
上午09:12\t小明\t早安
下午01:05\t小美\t"想去露營
帳篷怎麼挑"
下午01:06\t阿華\t[貼圖]
下午01:07\t阿華加入聊天
下午01:08\t小明\t10:30 集合

2026/11/20（五）
00:30\t小美\t晚安
00:31\t小美離開群組
"""
    assert said(read_line_export(text.splitlines(keepends=True), TAIPEI)) == [
        ("2026-11-19 09:12", "小明", "早安", "message"),
        ("2026-11-19 13:05", "小美", "想去露營\n帳篷怎麼挑", "message"),
        ("2026-11-19 13:07", "阿華", "", "join"),
        ("2026-11-19 13:08", "小明", "10:30 集合", "message"),
        ("2026-11-20 00:30", "小美", "晚安", "message"),
        ("2026-11-20 00:31", "小美", "", "leave"),
    ]


def test_the_english_and_the_desktop_export():
    english = "Thu, 11/19/2026\n9:12 AM\tMing\tgood morning\n12:01 PM\tMay\t[Photo]\n12:02 PM\tMay\tlook\n"
    assert said(read_line_export(english.splitlines(), TAIPEI)) == [
        ("2026-11-19 09:12", "Ming", "good morning", "message"),
        ("2026-11-19 12:02", "May", "look", "message"),
    ]
    desktop = "2026.11.19 星期四\n09:12 小明 早安 各位\n09:13 小美 好\n"
    assert [line[2] for line in said(read_line_export(desktop.splitlines(), TAIPEI))] == ["早安 各位", "好"]
    assert next(iter(read_line_export(desktop.splitlines(), TAIPEI))).at.astimezone(UTC).hour == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "小明 2026-11-19 09:12:33\n早安\n今天去露營\n小美 2026/11/19 09:13\n好",
            [("小明", "早安\n今天去露營"), ("小美", "好")],
        ),
        ("2026-11-19 09:12:33 小明(12345)\n早安", [("小明", "早安")]),
        (
            "[19/11/2026, 09:12:33] Ming: hello\nthere\n[19/11/2026, 09:13:00] May: hi",
            [("Ming", "hello\nthere"), ("May", "hi")],
        ),
        ("19/11/2026, 09:12 - Ming: hello", [("Ming", "hello")]),
        ("2026年11月19日 09:12 小明：早安", [("小明", "早安")]),
        ("nothing of a chat", []),
        ("2026-13-45 99:99 小明：早安", []),
        ("", []),
    ],
)
def test_pasted_chats(text, expected):
    assert [(line.name, line.text) for line in read_pasted(text.splitlines(), TAIPEI)] == expected


def test_lines_without_times_need_a_beginning():
    text = "小明：早安\nhttps://example.org\n小美: 好\n"
    assert list(read_pasted(text.splitlines(), TAIPEI)) == []
    begins = datetime(2026, 11, 19, 9, tzinfo=TAIPEI)
    found = list(read_pasted(text.splitlines(), TAIPEI, begins))
    assert [(line.name, line.text) for line in found] == [("小明", "早安\nhttps://example.org"), ("小美", "好")]
    assert found[1].at > found[0].at
