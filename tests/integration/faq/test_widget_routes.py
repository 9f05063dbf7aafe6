"""The widget's script and its words; what it does with them is shown in a real browser (tests/e2e/test_widget.py)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from assistant.types.access import Scope
from assistant.web.pages import STATIC
from assistant.words import LANGUAGES
from tests.integration.faq.conftest import Faq

SOURCE = (STATIC / "widget.js").read_text("utf-8")
FILLED_THERE = {"hours", "minutes", "contact", "title", "seconds"}


def config(faq: Faq, **params: str) -> dict:
    answer = faq.member.get("/v1/faq/widget", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_script_is_small_and_needs_nothing() -> None:
    assert len(SOURCE.encode()) <= 30_000
    assert not re.search(
        r"\bimport\b|\brequire\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", SOURCE
    )


def test_the_script_keeps_to_what_old_browsers_inside_apps_read() -> None:
    """Optional chaining, nullish coalescing, private fields and the like came after ES2018."""
    code = re.sub(r"`[^`]*`|/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"|/\[[^\n]*?\]/", "", SOURCE, flags=re.DOTALL)
    assert not re.search(
        r"\?\.[A-Za-z(\[]|\?\?|\|\|=|&&=|#[a-z]\w*[ =(;]|\.replaceAll\(|\.at\(|replaceChildren|structuredClone", code
    )
    assert not re.search(r"^await |^export ", code, re.MULTILINE)


@pytest.mark.parametrize("path", ["/widget.js", "/static/widget.js"])
def test_the_script_is_served(faq: Faq, path: str) -> None:
    with faq.service.client() as anyone:
        answer = anyone.get(path, headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.text) == (200, SOURCE)
    assert answer.headers["content-type"].startswith("text/javascript")


def test_the_script_is_kept_by_browsers_compressed_and_may_be_pinned(faq: Faq) -> None:
    with faq.service.client() as anyone:
        with anyone.stream("GET", "/widget.js", headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(raw).decode() == SOURCE
        assert len(raw) < 12_000
        assert "max-age=3600" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        again = anyone.get("/widget.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_the_script_says_is_there(faq: Faq, language: str) -> None:
    said = config(faq, language=language)
    words = said["words"]
    wanted = set(re.findall(r"\b(?:t|words)\.([a-z_]+)\b", SOURCE)) | {
        "member",
        "bot",
        "staff",
        "email",
        "phone",
        "other",
    }
    assert wanted - {"source"} <= set(words) | {"split"}
    assert said["language"] == language
    assert {name for text in words.values() for name in re.findall(r"\{(\w+)\}", text)} <= FILLED_THERE
    assert not any(name.startswith("demo_") for name in words)
    assert said["question_chars"] == 1_000


def test_the_language_is_the_nearest_that_is_spoken(faq: Faq) -> None:
    assert config(faq, language="zh-TW")["language"] == "zh-Hant"
    assert config(faq, language="zh-HK")["language"] == "zh-Hant-HK"
    assert config(faq, language="fr")["language"] == "en"
    asked = faq.member.get("/v1/faq/widget", headers={"accept-language": "zh-CN"})
    assert asked.json()["language"] == "zh-Hans"
    assert faq.member.get("/v1/faq/widget", params={"language": "<b>"}).status_code == 400


def test_a_bot_that_is_switched_off_shows_no_widget(faq: Faq) -> None:
    assert config(faq)["enabled"] is True
    faq.settings(enabled=False)
    assert (config(faq)["enabled"], config(faq)["questions"]) == (False, [])


def test_words_are_for_the_pages_of_the_key_and_may_be_kept_for_a_while(faq: Faq) -> None:
    with faq.service.client() as anyone:
        assert anyone.get("/v1/faq/widget").status_code == 401
    key = faq.service.key(Scope.MEMBER, community=faq.community, origins=["https://shop.example"])
    with faq.service.client(key) as member:
        mine = member.get("/v1/faq/widget", headers={"origin": "https://shop.example"})
        assert mine.headers["access-control-allow-origin"] == "https://shop.example"
        assert "private" in mine.headers["cache-control"]
        varies = {one.strip().lower() for one in ",".join(mine.headers.get_list("vary")).split(",")}
        assert {"origin", "authorization", "accept-language"} <= varies
        assert member.get("/v1/faq/widget", headers={"origin": "https://evil.example"}).status_code == 403
        assert member.get("/v1/faq/widget", params={"community": "demo"}).status_code == 403


def test_the_page_for_trying_it_shows_a_member_key_that_stays_the_same(faq: Faq) -> None:
    with faq.service.client() as anyone:
        first, second = anyone.get("/widget/demo").text, anyone.get("/widget/demo").text
        elsewhere = anyone.get("/widget/demo", headers={"x-forwarded-for": "203.0.113.9"})
    assert elsewhere.status_code == 404
    [key] = set(re.findall(r'data-key="(cak_\w+)"', first + second))
    with faq.service.client(key) as member:
        assert member.post("/v1/moderate", json={"text": "x"}).status_code == 403
        assert member.get("/v1/faq/widget").json()["words"]["title"]
    assert Path(faq.service.assistant.settings.data_dir / "demo-member.key").read_text().strip() == key
