"""Markdown, HTML, Word, PDF and plain text: questions where they ask, else passages with their headings."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime

import pytest

from assistant.errors import InvalidInput
from assistant.faq.ingest import Defaults, Document, read_document
from assistant.types.faq import Entry
from tests.unit.faq.ingest.making import pdf, word


def read(name: str, text: str | bytes) -> Document:
    content = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return read_document(name, content)


def asked(document: Document) -> dict[str, str]:
    return {entry.question: entry.answer for entry in document.entries if entry.question}


def passages(document: Document) -> list[tuple[tuple[str, ...], str]]:
    return [(entry.headings, entry.answer) for entry in document.entries if not entry.question]


MARKDOWN = """\
# 小舖說明

歡迎光臨，
請先閱讀。

## 配送

### 1. 運費多少？

滿 **1,000** 元免運費，見[這裡](https://a.example)。

- 離島加 100 元
- 海外另計

### 到貨時間

兩天。

| 地區 | 天數 |
| --- | --- |
| 台北 | 1 |

## How do I return goods

Within 7 days.
"""


def test_markdown() -> None:
    document = read("docs/說明.md", MARKDOWN)
    assert document.title == "小舖說明"
    assert asked(document) == {
        "運費多少？": "滿 1,000 元免運費，見這裡。\n\n- 離島加 100 元\n- 海外另計",
        "How do I return goods": "Within 7 days.",
    }
    assert passages(document) == [
        (("小舖說明",), "歡迎光臨，請先閱讀。"),
        (("小舖說明", "配送", "到貨時間"), "兩天。\n\n地區：台北；天數：1"),
    ]
    first = next(entry for entry in document.entries if entry.question == "運費多少？")
    assert (first.headings, first.title, first.source, first.language) == (
        ("小舖說明", "配送"),
        "運費多少？",
        "docs/說明.md",
        "zh-Hant",
    )
    assert next(one for one in document.entries if one.question.startswith("How")).language == "en"


def test_what_stands_before_a_markdown_document_counts_for_all_of_it() -> None:
    document = read(
        "a.md",
        "---\ntitle: 活動\nroles: [vip, gold]\nvalid_from: 2026-11-01\nvalid_to: 2026-11-11\nlanguage: zh-TW\n---\n八折。\n",
    )
    (entry,) = document.entries
    assert (document.title, entry.roles, entry.language) == ("活動", ("vip", "gold"), "zh-Hant")
    assert (entry.valid_from, entry.valid_to) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC))


def test_a_date_that_cannot_be_read_publishes_nothing() -> None:
    with pytest.raises(InvalidInput) as caught:
        read("a.md", "---\nvalid_to: some day\n---\n八折。\n")
    assert caught.value.field == "a.md"


HTML = """\
<!doctype html><html><head><title>幫助中心</title><style>p{}</style><script>var a = "不要讀我";</script></head><body>
<nav>首頁 購物車</nav><header><h1>常見問題</h1></header>
<form><div><p>歡迎光臨，請看
下面。</p></div>
<h2 class="accordion"><button>運費多少？</button></h2><div hidden><p>滿 1000 元免運。
<ul><li>離島 <b>加</b> 100 元<li>海外<br>另計</ul></div>
<h2>配送</h2><table><tr><th>地區<th>天數<tr><td>台北<td>1 天<tr><td>離島<td>3 天</table>
<details><summary>退貨</summary>七天內。</details><p>其他說明。
<dl><dt>Do you ship?<dd>Yes &amp; <a href=x>worldwide</a>.<dt>積分<dd>一元一點</dl>
<table><tr><th>問題<th>答案<tr><td>可以貨到付款嗎<td>可以</table>
</form><footer>版權所有</footer></body></html>"""


def test_html_is_what_a_reader_sees_of_it() -> None:
    document = read("help.html", HTML)
    assert document.title == "幫助中心"
    assert asked(document) == {
        "運費多少？": "滿 1000 元免運。\n\n- 離島 加 100 元\n- 海外\n另計",
        "退貨": "七天內。",
        "Do you ship?": "Yes & worldwide.",
        "積分": "一元一點",
        "可以貨到付款嗎": "可以",
    }
    assert passages(document) == [
        (("常見問題",), "歡迎光臨，請看下面。"),
        (("常見問題", "配送"), "地區：台北；天數：1 天\n地區：離島；天數：3 天"),
        (("常見問題", "配送"), "其他說明。"),
    ]


@pytest.mark.parametrize("declared", ["big5", "gb2312", "utf-8", "x-unknown"])
def test_html_in_the_encoding_that_it_declares(declared: str) -> None:
    text = "简体中文的说明" if declared == "gb2312" else "繁體中文的說明"
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{text}'
    encoded = page.encode("utf-8" if declared == "x-unknown" else declared)
    assert read_document("a.htm", encoded).entries[0].answer == text


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 50_000 + "到底了",
        "<!--" * 100_000 + "--> 到底了",
        "<ul><li>" * 20_000 + "到底了",
        "<a " * 200_000 + "<p>到底了",
    ],
)
def test_a_page_made_to_take_long_does_not(page: str) -> None:
    try:
        assert "到底了" in read("a.html", page).entries[-1].answer
    except InvalidInput as error:
        assert error.field == "a.html"


def test_word() -> None:
    def fill(document) -> None:
        document.add_heading("客服手冊", 0)
        document.add_heading("配送", 1)
        document.add_paragraph("平日出貨。")
        for place in "台北", "高雄":
            document.add_paragraph(place, style="List Bullet")
        document.add_heading("可以退貨嗎？", 2)
        document.add_paragraph("可以，").add_run("七天內。").bold = True
        table = document.add_table(2, 2)
        for at, cell in enumerate(("問題", "答案", "營業時間？", "十點到九點")):
            table.cell(at // 2, at % 2).text = cell
        document.add_heading("會員", 1)
        document.add_paragraph("Q：怎麼升級？")
        document.add_paragraph("Q：升級條件")
        document.add_paragraph("A：年消費滿一萬。")
        document.add_paragraph("金卡要三萬。")
        document.add_paragraph("Q2. 生日禮？")
        document.add_paragraph("答：有。")

    document = read("手冊.docx", word(fill))
    assert document.title == "客服手冊"
    assert asked(document) == {
        "可以退貨嗎？": "可以，七天內。",
        "營業時間？": "十點到九點",
        "怎麼升級？": "年消費滿一萬。\n\n金卡要三萬。",
        "生日禮？": "有。",
    }
    assert passages(document) == [(("配送",), "平日出貨。\n\n- 台北\n- 高雄")]
    assert next(one for one in document.entries if one.question == "怎麼升級？").alternatives == ("升級條件",)


LONG = "下單後 2 至 3 個工作天送達，離島地區需要 5 至 7 個工作天，遇連續假期會順延，請您耐心等候並留意簡訊通知，謝謝您的支持。"


def test_pdf() -> None:
    content = pdf(
        [("配送說明", 20), (LONG, 11), ("海外另計。", 11), ("運費多少？", 15), ("滿一千元免運。", 11)],
        [("退貨", 20), ("七天內可以退貨。", 11)],
        [
            ("Points", 20),
            (
                "One point for each dollar that you spend in our shop, and two in the month of your birthday, always.",
                11,
            ),
        ],
        footer="母嬰小舖",
    )
    document = read("a.pdf", content)
    assert asked(document) == {"運費多少？": "滿一千元免運。"}
    assert passages(document) == [
        (("配送說明",), f"{LONG}\n\n海外另計。"),
        (("退貨",), "七天內可以退貨。"),
        (
            ("Points",),
            "One point for each dollar that you spend in our shop, and two in the month of your birthday, always.",
        ),
    ], "lines that were broken to fit are joined, and the running foot of the pages is gone"


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    content = pdf([("七天內可以退貨。", 11)], password=StandardEncryption("", ownerPassword="owner", canPrint=0))
    assert read("a.pdf", content).entries[0].answer == "七天內可以退貨。"


@pytest.mark.parametrize(
    "text",
    [
        "Q: 運費多少？\nA: 滿千免運。\n\nQ: 怎麼退貨？\nA: 七天內。\n請附發票。\n",
        "問：運費多少？\n答：滿千免運。\n問：怎麼退貨？\n答：七天內。\n請附發票。",
        "Q1. 運費多少？\nA1. 滿千免運。\nQ2. 怎麼退貨？\nA2. 七天內。\n請附發票。",
        "**Q：運費多少？**\n\nA：滿千免運。\n\n**Q：怎麼退貨？**\n\nA：七天內。\n請附發票。",
        "運費多少？\n滿千免運。\n\n怎麼退貨？\n七天內。\n請附發票。",
        "問題1：運費多少？\n回答：滿千免運。\n\n問題2：怎麼退貨？\n回答：七天內。\n請附發票。",
    ],
)
def test_plain_questions_and_answers(text: str) -> None:
    assert asked(read("a.txt", text)) == {"運費多少？": "滿千免運。", "怎麼退貨？": "七天內。\n請附發票。"}


def test_plain_text_without_questions_is_passages() -> None:
    document = read("a.txt", "營業時間是十點到九點。\n\n週日公休。")
    assert passages(document) == [((), "營業時間是十點到九點。\n\n週日公休。")]
    assert document.entries[0].title == "a"


def test_a_long_section_is_parted_between_sentences_and_loses_nothing() -> None:
    sentences = [f"第{number}條：會員應遵守本店規定，並保持帳號安全，不得轉讓他人使用。" for number in range(100)]
    document = read("a.md", "# 總則\n\n" + "".join(sentences))
    answers = [entry.answer for entry in document.entries]
    assert len(answers) > 3
    assert "".join(answers) == "".join(sentences)
    assert all(answer.endswith("。") and len(answer) <= 520 for answer in answers)
    assert all(entry.headings == ("總則",) for entry in document.entries)


def test_an_answer_that_is_very_long_goes_on_under_its_question() -> None:
    document = read("a.md", "# 怎麼退貨？\n\n" + "請先聯絡客服人員，並附上發票與照片，等候回覆。" * 200)
    first, *rest = document.entries
    assert first.question == "怎麼退貨？"
    assert rest
    assert all(not entry.question and entry.headings == ("怎麼退貨？",) for entry in rest)


def test_a_text_without_an_end_of_a_sentence_is_parted_too() -> None:
    text = "".join(chr(0x4E00 + at) for at in range(3_000))
    document = read("a.txt", text)
    assert "".join(entry.answer for entry in document.entries) == text
    assert max(len(entry.answer) for entry in document.entries) <= 600


class TestIds:
    def ids(self, text: str, name: str = "a.md") -> dict[str, str]:
        return {entry.question or entry.answer: entry.id for entry in read(name, text).entries}

    def test_a_question_keeps_its_id_when_its_answer_changes(self) -> None:
        before = self.ids("# 甲？\n一。\n# 乙？\n二。")
        after = self.ids("# 新？\n零。\n# 甲？\n改了。\n# 乙？\n二。")
        assert {question: after[question] for question in before} == before

    def test_they_are_the_document_s_own(self) -> None:
        assert self.ids("# 甲？\n一。") != self.ids("# 甲？\n一。", "b.md")

    def test_they_are_never_the_same(self) -> None:
        document = read(
            "a.md",
            "# 甲？\n一。\n# 甲？\n二。\n# 說明\n" + "".join(f"第{at}句說明的話，後面還有很多。" for at in range(200)),
        )
        assert len({entry.id for entry in document.entries}) == len(document.entries) > 5


class TestDuplicates:
    def entries(self, text: str) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        document = read("a.md", text)
        return document.entries, document.warnings

    def test_the_same_is_kept_once(self) -> None:
        entries, warnings = self.entries("# 怎麼退貨？\n七天內。\n# 怎麼退貨\n七天內！\n# 運費？\n百元。")
        assert [entry.question for entry in entries] == ["怎麼退貨？", "運費？"]
        assert warnings == ("stands twice, and is kept once: 怎麼退貨",)

    def test_two_answers_are_both_kept_and_told(self) -> None:
        entries, warnings = self.entries("# 怎麼退貨？\n七天內。\n# 怎麼退貨？\n十天內。")
        assert [entry.answer for entry in entries] == ["七天內。", "十天內。"]
        assert warnings == ("has two answers, and both are kept: 怎麼退貨？",)

    def test_another_script_is_no_duplicate(self) -> None:
        entries, warnings = self.entries("# 怎麼退貨？\n七天內聯絡客服。\n# 怎么退货？\n七天内联络客服。")
        assert [entry.language for entry in entries] == ["zh-Hant", "zh-Hans"]
        assert warnings == ()


def test_a_short_entry_is_in_the_script_of_its_document() -> None:
    document = read("a.md", "# 可以退嗎？\n七天內可以退，請聯絡客服。\n# 公休？\n週日。\n# 開店時刻\n十一月公休。")
    assert {entry.language for entry in document.entries} == {"zh-Hant"}


def test_defaults_hold_for_prose_too() -> None:
    defaults = Defaults(
        roles=("vip",), source="https://a.example", language="zh-Hant-HK", valid_from=datetime(2026, 1, 1, tzinfo=UTC)
    )
    (entry,) = read_document("a.txt", "今日休息。".encode(), defaults=defaults).entries
    assert (entry.roles, entry.source, entry.language, entry.valid_from) == (
        ("vip",),
        "https://a.example",
        "zh-Hant-HK",
        defaults.valid_from,
    )
