"""An entry's language is what its tag means, and its id is what its writer says, slashes and all."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.integration.faq.conftest import Faq

TAIWAN = {"id": "tw", "question": "怎麼退貨？", "answer": "七天內可以退貨，運費我們負擔。"}
MAINLAND = {"id": "cn", "question": "怎么退货？", "answer": "七天内可以退货，运费我们承担。"}
ENGLISH = {"id": "en", "question": "How do I return something?", "answer": "Within seven days; we pay the postage."}


@pytest.fixture
def operator(faq: Faq) -> httpx.Client:
    """Of a community that knows nothing yet."""
    with faq.service.client(faq.service.key(community=faq.service.community())) as client:
        yield client


def put(operator: httpx.Client, *entries: dict) -> None:
    answer = operator.put("/v1/faq/entries", json={"entries": entries})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("taiwan", "mainland", "english"),
    [("zh-TW", "zh-CN", "en-US"), ("zh-Hant-TW", "zh-Hans-SG", "en-AU"), ("ZH-tw", "zh", "EN"), ("zh", "zh", "en-IE")],
)
def test_tags_count_for_what_they_mean(operator: httpx.Client, taiwan: str, mainland: str, english: str) -> None:
    put(operator, TAIWAN | {"language": taiwan}, MAINLAND | {"language": mainland}, ENGLISH | {"language": english})
    kept = {one["id"]: one["language"] for one in operator.get("/v1/faq/entries").json()["entries"]}
    assert kept == {"tw": "zh-Hant", "cn": "zh-Hans", "en": "en"}
    for asked, language, entry in (
        ("怎么退货", "zh-CN", MAINLAND),
        ("怎麼退貨", "zh-TW", TAIWAN),
        ("How do I return something", "en-GB", ENGLISH),
    ):
        answer = operator.post("/v1/faq/ask", json={"question": asked, "language": language}).json()
        assert (answer["outcome"], answer["answer"]) == ("answer", entry["answer"])
        top = operator.get("/v1/faq/top", params={"language": language}).json()["questions"]
        assert entry["question"] in top


def test_a_search_is_in_the_language_that_its_tag_means(operator: httpx.Client) -> None:
    put(operator, TAIWAN, MAINLAND)

    def found(language: str) -> list[tuple[str, float]]:
        asked = {"question": "退貨", "language": language}
        passages = operator.post("/v1/faq/search", json=asked).json()["passages"]
        return [(one["entry_id"], one["score"]) for one in passages]

    assert found("zh-TW") == found("zh-Hant") != []
    assert found("zh-CN") == found("zh-Hans") != []


@pytest.mark.parametrize(
    ("tag", "content", "language"),
    [
        ("zh-TW", "question,answer\n怎麼退貨？,七天內可以退貨。\n", "zh-Hant"),
        ("zh", "question,answer\n怎麼退貨？,七天內可以退貨。\n", "zh-Hant"),
        ("zh", "question,answer\n怎么退货？,七天内可以退货。\n", "zh-Hans"),
        (None, "question,answer,language\n怎麼退貨？,七天內可以退貨。,中文\n", "zh-Hant"),
        (None, "question,answer,language\n怎么退货？,七天内可以退货。,ZH\n", "zh-Hans"),
    ],
)
def test_documents_are_in_the_language_that_the_tag_means(
    operator: httpx.Client, tag: str | None, content: str, language: str
) -> None:
    sent = {"name": "shop.csv", **({"language": tag} if tag else {})}
    headers = {"content-type": "application/octet-stream"}
    answer = operator.post("/v1/faq/documents", params=sent, content=content.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert [one["language"] for one in operator.get("/v1/faq/entries").json()["entries"]] == [language]


@pytest.mark.parametrize("name", ["https://shop.example/help/returns", "a/b", "/", "退貨/運費", "a%2Fb"])
def test_an_entry_whose_id_has_a_slash_can_be_forgotten(operator: httpx.Client, name: str) -> None:
    put(operator, TAIWAN | {"id": name}, ENGLISH)
    assert operator.delete(f"/v1/faq/entries/{quote(name, safe='')}").status_code == 204
    assert [one["id"] for one in operator.get("/v1/faq/entries").json()["entries"]] == ["en"]


def test_an_alternative_that_is_too_long_is_named(operator: httpx.Client) -> None:
    entry = TAIWAN | {"alternatives": ["可以退嗎", "退" * 1_001]}
    answer = operator.put("/v1/faq/entries", json={"entries": [ENGLISH, entry]})
    assert (answer.status_code, answer.json()["field"]) == (413, "entries[1].alternatives[1]")
