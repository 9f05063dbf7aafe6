"""Files that are empty, broken, huge, encrypted or made to harm: each is refused with its name, what is wrong with it and the limit."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InvalidInput, TooLarge
from assistant.faq.ingest import FORMATS, IngestLimits, check_name, read_document
from tests.unit.faq.ingest.making import pdf, rezipped, shared_workbook, word, workbook

XLSX = workbook(("a", [["question", "answer"], ["q?", "a."]]))
DOCX = word(lambda document: document.add_paragraph("七天內可以退貨。"))
PDF = pdf([("七天內可以退貨。", 11)], [("運費一百元。", 11)])
COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED_OFFICE = COMPOUND + b"\0" * 1_000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1_000
BOMB_BYTES = 300 * 1024 * 1024
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def bomb(content: bytes, part: str) -> bytes:
    """A part that unpacks to 300 MiB of spaces."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name != part:
                archive.writestr(name, source.read(name))
        with archive.open(part, "w") as stream:
            for _ in range(300):
                stream.write(b" " * (BOMB_BYTES // 300))
    return out.getvalue()


def lying_bomb(content: bytes, part: str) -> bytes:
    """Its directory says that it is small."""
    packed = bytearray(bomb(content, part))
    size = BOMB_BYTES.to_bytes(4, "little")
    while (at := packed.find(size)) >= 0:
        packed[at : at + 4] = (1_000).to_bytes(4, "little")
    return bytes(packed)


def encrypted_part(content: bytes) -> bytes:
    packed = bytearray(content)
    at = packed.find(b"PK\x01\x02")
    packed[at + 8] |= 1
    return bytes(packed)


def declaring(content: bytes, part: str) -> bytes:
    return rezipped(content, lambda parts: parts.update({part: ENTITIES + parts[part].partition(b"?>")[2]}))


def without(content: bytes, part: str) -> bytes:
    return rezipped(content, lambda parts: parts.pop(part))


def replaced(content: bytes, part: str, by: bytes) -> bytes:
    return rezipped(content, lambda parts: parts.update({part: by}))


def pdf_bomb() -> bytes:
    """A page's content that unpacks to 300 MiB."""
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"\0" * (1024 * 1024)) for _ in range(300)) + packer.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    at = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % at)


def looping_pdf() -> bytes:
    """Its page tree contains itself."""
    return PDF.replace(b"/Kids [ ", b"/Kids [ 1 0 R 2 0 R 3 0 R 4 0 R 5 0 R 6 0 R 7 0 R ")


def blank_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(10, 10, 100, 100)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def bytes_of(made: bytes | str | Callable[[], bytes]) -> bytes:
    """What takes seconds to pack is packed when its test runs: every test process collects all tests."""
    return made() if callable(made) else made.encode() if isinstance(made, str) else made


BAD = {
    **{f"empty.{kind}": (b"", "is empty") for kind in sorted(FORMATS)},
    "spaces.txt": (b" \n\t ", "is empty"),
    "marks.md": (b"\xef\xbb\xbf\n", "holds nothing"),
    "headings.md": (b"# Only\n\n## Headings\n", "holds nothing"),
    "tags.html": (b"<html><body><script>1</script></body></html>", "holds nothing"),
    "header.csv": (b"question,answer\n", "holds nothing"),
    "columns.csv": (b"name,price\nbottle,300\n", "has no row that names its columns"),
    "quotes.csv": (b'question,answer\n"how,a\n', "is not CSV: line 2"),
    "nul.csv": (b"question,answer\n" + b"\0" * 500, "is not text"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(32)) * 20, "is"),
    "bytes.md": (b"\xff\xff\x81 \x80\xff", "encoding that is not known"),
    "empty-sheet.xlsx": (workbook(("a", [])), "has no row that names its columns"),
    "cut.xlsx": (XLSX[: len(XLSX) // 2], "is broken: it is no complete zip archive"),
    "cut.docx": (DOCX[:-30], "is broken: it is no complete zip archive"),
    "cut.pdf": (PDF[: len(PDF) // 3], "is broken"),
    "text.pdf": (b"hello", "it does not begin as one"),
    "text.docx": (b"hello", "it does not begin as one"),
    "page.xlsx": (b"<table><tr><td>question</td></tr></table>", "it does not begin as one"),
    "word.xlsx": (DOCX, "is broken: it lacks xl/workbook.xml"),
    "excel.docx": (XLSX, "is broken: it lacks word/document.xml"),
    "no-sheet.xlsx": (without(XLSX, "xl/worksheets/sheet1.xml"), "is broken: it lacks xl/worksheets/sheet1.xml"),
    "not-xml.docx": (replaced(DOCX, "word/document.xml", b"<a><b></a>"), "is broken: word/document.xml cannot be read"),
    "not-xml.xlsx": (replaced(XLSX, "xl/worksheets/sheet1.xml", b"<a>&#0;</a>"), "is broken: xl/worksheets/sheet1.xml cannot be read"),
    "body.docx": (replaced(DOCX, "word/document.xml", b"<document/>"), "holds nothing"),
    "entities.docx": (declaring(DOCX, "word/document.xml"), "declares XML entities in word/document.xml"),
    "entities.xlsx": (declaring(XLSX, "xl/worksheets/sheet1.xml"), "declares XML entities in xl/worksheets/sheet1.xml"),
    "password.xlsx": (ENCRYPTED_OFFICE, "is encrypted"),
    "password.docx": (ENCRYPTED_OFFICE, "is encrypted"),
    "zip-password.docx": (encrypted_part(DOCX), "is encrypted"),
    "old.xlsx": (COMPOUND + b"\0" * 1_000, "format from before 2007"),
    "password.pdf": (pdf([("七天內。", 11)], password="secret"), "is encrypted"),
    "scan.pdf": (blank_pdf(), "holds no text"),
    "lying.docx": (partial(lying_bomb, DOCX, "word/document.xml"), "is broken"),
    "lying.xlsx": (partial(lying_bomb, XLSX, "xl/worksheets/sheet1.xml"), "is broken"),
    "bomb.pdf": (pdf_bomb, "holds no text"),
}  # fmt: skip
HUGE = {
    "bytes.txt": (b"a" * 1_001, IngestLimits(bytes=1_000), "1,000"),
    "mebibytes.txt": (b"a" * (1024 * 1024 + 1), IngestLimits(bytes=1024 * 1024), "1 MiB"),
    "chars.txt": ("甲" * 200, IngestLimits(chars=100), "100 characters"),
    "chars.csv": ("question,answer\n" + "甲" * 200, IngestLimits(chars=100), "100 characters"),
    "chars.pdf": (PDF, IngestLimits(chars=5), "5 characters"),
    "strings.xlsx": (
        shared_workbook(f"<si><t>{'a' * 200}</t></si>", '<row><c t="s"><v>0</v></c></row>'),
        IngestLimits(chars=100),
        "100 characters",
    ),
    "repeated.xlsx": (
        shared_workbook(
            f"<si><t>question</t></si><si><t>answer</t></si><si><t>{'a' * 50}</t></si>",
            '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>' + '<row><c t="s"><v>2</v></c><c t="s"><v>2</v></c></row>' * 9,
        ),
        IngestLimits(chars=500),
        "500 characters",
    ),
    "rows.xlsx": (workbook(("a", [["question", "answer"], *([f"q{at}?", "a."] for at in range(9))])), IngestLimits(entries=8), "8 entries"),
    "sections.md": ("".join(f"# 第{at}題？\n答。\n" for at in range(9)), IngestLimits(entries=8), "8 entries"),
    "pages.pdf": (PDF, IngestLimits(pages=1), "1 pages"),
    "bomb.docx": (partial(bomb, DOCX, "word/document.xml"), IngestLimits(), "100 MiB unpacked"),
    "bomb.xlsx": (partial(bomb, XLSX, "xl/worksheets/sheet1.xml"), IngestLimits(), "100 MiB unpacked"),
    "part.docx": (DOCX, IngestLimits(part_bytes=1_000), "1,000 in word/document.xml"),
    "parts.docx": (DOCX, IngestLimits(packed_files=3), "3 files inside"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_by_name_with_what_is_wrong(name: str) -> None:
    made, said = BAD[name]
    content = bytes_of(made)
    began = time.process_time()
    with pytest.raises(InvalidInput) as caught:
        read_document(name, content)
    assert caught.value.field == name
    assert said in str(caught.value.values["problem"])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("name", HUGE)
def test_it_is_refused_by_name_with_the_limit(name: str) -> None:
    made, limits, said = HUGE[name]
    content = bytes_of(made)
    began = time.process_time()
    with pytest.raises(TooLarge) as caught:
        read_document(name, content, limits)
    assert (caught.value.field, caught.value.limit) == (name, said)
    assert time.process_time() - began < 5


def test_a_document_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_document("a.pdf", PDF, IngestLimits(seconds=0))
    assert caught.value.field == "a.pdf"
    assert "more than 0 s" in str(caught.value.values["problem"])


@pytest.mark.parametrize("name", ["", "/", "a", "a.doc", "a.exe", "a.md.zip", "x" * 400 + ".md", "a\0.md", "a\n.md"])
def test_names_that_will_not_do(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_name(name)
    with pytest.raises(InvalidInput):
        read_document(name, b"text")


@pytest.mark.parametrize(("given", "kept"), [("dir\\a.md", "dir/a.md"), (" /a.MD", "a.MD"), ("e\u0301.md", "é.md")])
def test_names_are_written_in_one_way(given: str, kept: str) -> None:
    assert check_name(given) == kept


@pytest.mark.parametrize("content", [XLSX, DOCX, PDF, looping_pdf()], ids=["xlsx", "docx", "pdf", "loop"])
@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20),
    cut=st.floats(0.2, 1),
)
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(
    content: bytes, changes: list[tuple[float, int]], cut: float
) -> None:
    kind = "pdf" if content.startswith(b"%PDF") else "docx" if b"word/" in content else "xlsx"
    changed = bytearray(content[: max(1, int(len(content) * cut))])
    for at, value in changes:
        changed[int(at * len(changed))] = value
    try:
        read_document(f"a.{kind}", bytes(changed))
    except InvalidInput as error:
        assert error.field == f"a.{kind}"


@pytest.mark.parametrize("kind", ["csv", "md", "html", "txt"])
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_a_text_holds_it_is_read_or_refused(kind: str, content: bytes) -> None:
    try:
        for entry in read_document(f"a.{kind}", b"question,answer\n" + content if kind == "csv" else content).entries:
            for text in (*entry.utterances, entry.answer, entry.title, *entry.headings):
                text.encode()
                assert "\0" not in text
    except InvalidInput as error:
        assert error.field == f"a.{kind}"
