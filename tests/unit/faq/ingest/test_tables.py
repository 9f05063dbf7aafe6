"""CSV and Excel: whatever columns people name, and whatever program saved them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assistant.errors import InvalidInput
from assistant.faq.ingest import Defaults, IngestLimits, read_document
from assistant.faq.ingest.columns import find_columns
from assistant.faq.ingest.values import read_date, read_last
from tests.unit.faq.ingest.making import shared_workbook, workbook

ROWS = [["問題", "答案"], ["怎麼退貨？", "到貨七天內可以退。"], ["運費多少？", "滿一千元免運費。"]]
SIMPLE = [["问题", "答案"], ["怎么退货？", "到货七天内可以退。"], ["运费多少？", "满一百元免运费。"]]


def as_csv(rows: list[list[str]], **options: object) -> str:
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


def answers(content: bytes, name: str = "faq.csv") -> dict[str, str]:
    return {entry.question: entry.answer for entry in read_document(name, content).entries}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "cp950", "big5hkscs", "gb18030"])
def test_what_excel_in_taiwan_and_hong_kong_saves(encoding: str) -> None:
    assert answers(as_csv(ROWS).encode(encoding)) == dict(ROWS[1:])


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "gb2312", "utf-16"])
def test_what_excel_in_china_saves(encoding: str) -> None:
    assert answers(as_csv(SIMPLE).encode(encoding)) == dict(SIMPLE[1:])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_parts_the_columns(delimiter: str) -> None:
    assert answers(as_csv(ROWS, delimiter=delimiter).encode()) == dict(ROWS[1:])


def test_quotes_line_breaks_and_commas_are_kept() -> None:
    answer = 'First line, with a comma.\nSecond "line".'
    assert answers(as_csv([["question", "answer"], ["How?", answer]]).encode()) == {"How?": answer}


def test_every_column_counts() -> None:
    table = [
        ["id", "分類", "語言", "問題", "相似問法1", "相似問法2", "答案", "來源", "生效日期", "失效日期", "可見角色"],
        [
            "ship",
            "配送",
            "繁體中文",
            "運費多少？",
            "運費怎麼算|要運費嗎",
            "郵資",
            "滿千免運。",
            "https://a.example/s",
            "2026/1/1",
            "2026年12月31日",
            "vip、gold",
        ],
    ]
    defaults = Defaults(zone=ZoneInfo("Asia/Taipei"))
    (entry,) = read_document("faq.csv", as_csv(table).encode(), defaults=defaults).entries
    assert (entry.id, entry.language, entry.question, entry.answer) == ("ship", "zh-Hant", "運費多少？", "滿千免運。")
    assert entry.alternatives == ("運費怎麼算", "要運費嗎", "郵資")
    assert (entry.source, entry.headings, entry.roles) == ("https://a.example/s", ("配送",), ("vip", "gold"))
    assert entry.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert entry.valid_to == datetime(2026, 12, 31, 16, tzinfo=UTC), (
        "the last day counts until it is over, where the shop is"
    )


def test_defaults_hold_where_a_row_says_nothing() -> None:
    defaults = Defaults(
        language="zh-Hant-HK",
        source="https://shop.example/faq",
        roles=("vip",),
        valid_to=datetime(2027, 1, 1, tzinfo=UTC),
    )
    table = [["問題", "答案", "角色", "語言"], ["甲？", "一。", "", ""], ["乙？", "二。", "staff", "en"]]
    first, second = read_document("faq.csv", as_csv(table).encode(), defaults=defaults).entries
    assert (first.language, first.source, first.roles, first.valid_to) == (
        "zh-Hant-HK",
        "https://shop.example/faq",
        ("vip",),
        defaults.valid_to,
    )
    assert (second.language, second.roles) == ("en", ("staff",))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "甲？", "", "", ""], "row 3 is left out: it has no answer"),
        (["", "甲？", "一。", "soon", ""], "row 3 is left out: 'soon' is no date"),
        (["", "甲？", "一。", "2026-02-30", ""], "row 3 is left out"),
        (["", "甲？", "一。", "2026-02-02", "2026-02-01"], "row 3 is left out: it ends before it begins"),
        (["same", "甲？", "一。", "", ""], "row 3 is left out: its id 'same' is another row's too"),
        (["", "甲" * 1001, "一。", "", ""], "row 3 is left out: its question has more than 1,000 characters"),
        (["", "甲？", "一" * 20_001, "", ""], "row 3 is left out: its answer has more than 20,000 characters"),
    ],
)
def test_a_row_that_will_not_do_is_left_out_and_named(row: list[str], said: str) -> None:
    table = [
        ["id", "question", "answer", "valid_from", "valid_to"],
        ["same", "好？", "好。", "", ""],
        row,
        ["", "末？", "末。", "", ""],
    ]
    document = read_document("faq.csv", as_csv(table).encode())
    assert [entry.question for entry in document.entries] == ["好？", "末？"]
    assert len(document.warnings) == 1
    assert said in document.warnings[0]


def test_where_every_row_is_wrong_the_first_one_is_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_document("faq.csv", as_csv([["question", "answer"], ["甲？", ""]]).encode())
    assert caught.value.values["problem"] == "holds nothing to answer with: row 2 is left out: it has no answer"


@pytest.mark.parametrize(
    "header",
    [
        ["Question", "Answer"],
        ["問題（必填）", "答案（必填）"],
        ["Q", "A"],
        ["標題", "內容"],
        ["常見問題", "回覆"],
        ["  问题：", "回复 "],
        ["標準問", "回答內容"],
    ],
)
def test_the_names_of_columns(header: list[str]) -> None:
    assert find_columns(header)["question"] == [0]
    assert find_columns(header)["answer"] == [1]


@pytest.mark.parametrize("header", [["name", "price"], ["question"], ["答案"], [], ["運費多少？", "滿千免運"]])
def test_other_tables_are_told_apart(header: list[str]) -> None:
    assert find_columns(header) == {}


def test_a_workbook_as_it_is_kept_by_people() -> None:
    content = workbook(
        (
            "配送",
            [
                ["說明：本表由客服維護", None],
                [None, None],
                ["問題", "答案", "相似問法", "生效日", "到期日", "數量"],
                [
                    "多久到貨？",
                    "兩天。",
                    "幾天到\n什麼時候到",
                    date(2026, 1, 1),
                    datetime.fromisoformat("2026-06-30T18:00"),
                    1.0,
                ],
                ["門市幾點開？", datetime.fromisoformat("2026-01-01"), None, None, None, None],
                [2026, 0.5, None, None, None, None],
                [None, None, None, None, None, None],
                ["沒有答案", None, None, None, None, None],
            ],
        ),
        ("價目", [["品名", "價格"], ["奶瓶", 300]]),
        ("隱藏", ROWS),
        change=lambda book: setattr(book["隱藏"], "sheet_state", "hidden"),
    )
    document = read_document("客服/手冊.xlsx", content)
    first, second, third = document.entries
    assert (first.question, first.answer, first.alternatives) == ("多久到貨？", "兩天。", ("幾天到", "什麼時候到"))
    assert first.valid_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert first.valid_to == datetime(2026, 6, 30, 18, tzinfo=UTC)
    assert first.headings == ("配送",)
    assert second.answer == "2026-01-01", "a date in a cell is a date, not the number that it is kept as"
    assert (third.question, third.answer) == ("2026", "0.5")
    assert document.title == "手冊"
    assert "sheet '配送', row 8 is left out: it has no answer" in document.warnings
    assert any("'價目'" in one for one in document.warnings)


def test_the_other_calendar_of_workbooks() -> None:
    def older(book: object) -> None:
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - as openpyxl wants it

    content = workbook(("a", [["question", "answer", "valid_from"], ["q?", "a.", date(2026, 3, 1)]]), change=older)
    assert read_document("a.xlsx", content).entries[0].valid_from == datetime(2026, 3, 1, tzinfo=UTC)


def test_texts_that_the_cells_of_a_workbook_share() -> None:
    strings = (
        "<si><t>問題</t></si><si><t>答案</t></si><si><r><t>怎麼</t></r><r><rPr><b/></rPr><t>退貨？</t></r><rPh><t>ㄗㄣˇ</t></rPh></si>"
        '<si><t xml:space="preserve">七天內。 </t></si>'
    )
    cells = (
        '<row r="1"><c r="B1" t="s"><v>0</v></c><c r="D1" t="s"><v>1</v></c></row>'
        '<row r="5"><c r="B5" t="s"><v>2</v></c><c r="D5" t="s"><v>3</v></c></row>'
        '<row r="6"><c r="B6" t="s"><v>99</v></c><c r="D6" t="s"><v>3</v></c></row>'
        '<row><c t="s"><v>0</v></c><c t="str"><v>甲？</v></c><c/><c t="b"><v>1</v></c></row>'
    )
    entries = read_document("a.xlsx", shared_workbook(strings, cells)).entries
    assert [(one.question, one.answer) for one in entries] == [
        ("怎麼退貨？", "七天內。"),
        ("", "七天內。"),
        ("甲？", "TRUE"),
    ]


def test_a_workbook_that_is_written_in_one_go() -> None:
    """Write-only workbooks hold their texts in the cells."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("a")
    for row in ROWS:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    assert answers(out.getvalue(), "a.xlsx") == dict(ROWS[1:])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026/1/31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026.01.31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("20260131", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026年1月31日", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T18:30:00+08:00", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
        ("2026-01-31T18:30:00.000Z", datetime(2026, 1, 31, 18, 30, tzinfo=UTC)),
        ("2026-01-31 18:30", datetime(2026, 1, 31, 18, 30, tzinfo=UTC)),
    ],
)
def test_dates(text: str, moment: datetime) -> None:
    assert read_date(text) == moment


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "31/01/2026", "2026-13-01", "2026-02-30", "0001-01-01", "2026-01-31 25:00", "46023"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_date(text)
    with pytest.raises(ValueError, match=r"\S"):
        read_last(text)


@pytest.mark.parametrize("text", ["9999-12-31", "永久", "長期有效", "-", "Never"])
def test_what_never_ends(text: str) -> None:
    assert read_last(text) is None


def test_a_table_over_the_limit_is_refused_whole() -> None:
    rows = [["question", "answer"], *([f"q{number}?", "a."] for number in range(11))]
    with pytest.raises(InvalidInput) as caught:
        read_document("faq.csv", as_csv(rows).encode(), IngestLimits(entries=10))
    assert (caught.value.field, caught.value.limit) == ("faq.csv", "10 entries")
