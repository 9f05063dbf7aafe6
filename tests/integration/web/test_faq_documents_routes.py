"""Documents over HTTP: uploaded raw and as forms, listed, removed; jobs listed and stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from assistant.types.access import Scope
from assistant.usecases.faq import imports
from assistant.usecases.faq.brain import Brain
from assistant.usecases.faq.imports import Options
from assistant.usecases.faq.ingest import run_jobs
from assistant.web.routes import faq_documents
from tests.integration.usecases.reading import SmallEmbedder
from tests.live_service import Service, running
from tests.unit.faq.ingest.making import pdf, workbook

RETURNS = "# 怎麼退貨？\n到貨七天內可以退。\n# 運費多少？\n滿一千元免運費。\n".encode()


@pytest.fixture(scope="module")
def reading(database_urls, tmp_path_factory) -> Iterator[Service]:
    """A service of its own, with a small model."""
    with running(database_urls.app, tmp_path_factory.mktemp("reading"), faq={"document_mb": 2}) as service:
        database = service.assistant.database
        service.assistant.brain = Brain(database, lambda: (SmallEmbedder(), None), 1024 * 1024)
        yield service


@pytest.fixture
def shop(reading: Service) -> str:
    return reading.community()


@pytest.fixture
def client(reading: Service, shop: str) -> Iterator[httpx.Client]:
    with reading.client(reading.key(community=shop)) as client:
        yield client


def post(client: httpx.Client, content: bytes, **query: object) -> httpx.Response:
    return client.post("/v1/faq/documents", params=query, content=content)


def known(reading: Service, shop: str) -> dict[str, str]:
    from assistant.store import faq_entries

    with reading.assistant.database.transaction(shop) as transaction:
        return {one.question: one.answer for one in faq_entries.load_all(transaction, shop)}


def test_what_is_left_out_is_told_at_once(client: httpx.Client) -> None:
    table = workbook(("a", [["question", "answer"], ["When do you open?", "At ten."], ["x?", ""]]))
    answer = post(client, table, name="faq.xlsx")
    assert answer.status_code == 201, answer.text
    (told,) = answer.json()["documents"]
    assert (told["entries"], told["warnings"]) == (1, ["row 3 is left out: it has no answer"])
    (listed,) = client.get("/v1/faq/documents").json()["documents"]
    assert listed["warnings"] == told["warnings"]
    form = [("file", ("faq.xlsx", table)), ("file", ("退貨.md", RETURNS)), ("file", ("x.pdf", b"no"))]
    job = client.post("/v1/faq/documents", files=form).json()
    assert {one["name"]: one["warnings"] for one in job["documents"]} == {
        "faq.xlsx": told["warnings"],
        "退貨.md": [],
        "x.pdf": [],
    }


def test_a_document_is_read_while_its_sender_waits(reading: Service, shop: str, client: httpx.Client) -> None:
    answer = post(client, RETURNS, name="docs/退貨.md", roles=["vip", "gold"], source="https://shop.example")
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert (job["state"], job["total"], job["done"], job["failed"], job["entries"]) == ("done", 1, 1, 0, 2)
    assert job["documents"] == [{"name": "docs/退貨.md", "state": "done", "entries": 2, "error": None, "warnings": []}]
    assert set(known(reading, shop)) == {"怎麼退貨？", "運費多少？"}
    (document,) = client.get("/v1/faq/documents").json()["documents"]
    assert (document["name"], document["language"], document["entries"]) == ("docs/退貨.md", "zh-Hant", 2)
    assert client.get(f"/v1/faq/documents/{document['id']}").json() == document
    assert client.get(f"/v1/faq/jobs/{job['id']}").json() == job
    assert [one["id"] for one in client.get("/v1/faq/jobs").json()["jobs"]] == [job["id"]]


def test_the_same_again_is_not_read(client: httpx.Client) -> None:
    post(client, RETURNS, name="a.md")
    assert post(client, RETURNS, name="a.md").json()["unchanged"] == 1
    assert post(client, RETURNS, name="a.md", again=True).json()["unchanged"] == 0


def test_a_form_carries_several(reading: Service, shop: str, client: httpx.Client) -> None:
    files = [
        ("file", ("a.xlsx", workbook(("a", [["question", "answer"], ["q?", "a."]])))),
        ("file", ("b.pdf", pdf([("七天內可以退貨。", 11)]))),
        ("anything", ("錯.pdf", b"no")),
        ("file", ("c.doc", b"no")),
    ]
    answer = client.post("/v1/faq/documents", files=files, headers={"accept-language": "zh-TW"})
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert (job["state"], job["done"], job["failed"]) == ("done", 2, 2)
    errors = {one["name"]: one["error"] for one in job["documents"] if one["error"]}
    assert errors.keys() == {"錯.pdf", "c.doc"}
    assert errors["錯.pdf"]["detail"].startswith("錯.pdf：is broken")
    assert known(reading, shop) == {"q?": "a.", "": "七天內可以退貨。"}


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("a.pdf", b"%PDF-1.4 no", 400, "a.pdf: is broken"),
        ("a.md", b" \n", 400, "a.md: is empty"),
        ("a.csv", b"a,b\n1,2\n", 400, "a.csv: has no row that names its columns"),
        ("a.doc", b"x", 400, "a.doc: is of no format that is read here"),
        ("a.md", b"", 400, "no body"),
        ("a.md", b"x" * (2 * 1024 * 1024 + 1), 413, "a.md is too large"),
        (None, b"x", 400, "name: is missing"),
        ("a\0.md", b"x", 400, "name"),
    ],
)
def test_one_that_will_not_do_is_answered_with_its_error(
    client: httpx.Client, name: str | None, content: bytes, status: int, said: str
) -> None:
    answer = post(client, content, **({"name": name} if name else {}))
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]
    assert client.get("/v1/faq/documents").json()["documents"] == []


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\r\n--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nvalue\r\n--b--\r\n',
        ),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
    ],
)
def test_what_is_no_form(client: httpx.Client, content_type: str, content: bytes) -> None:
    answer = client.post("/v1/faq/documents", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


def test_a_form_has_a_limit(client: httpx.Client) -> None:
    files = [("file", (f"{at}.txt", b"x" * 2_000_000)) for at in range(5)]
    answer = client.post("/v1/faq/documents", files=files)
    assert (answer.status_code, answer.json()["limit"]) == (413, 4 * 2 * 1024 * 1024)


def test_two_files_of_one_name_are_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/faq/documents", files=[("file", ("a.md", RETURNS)), ("file", ("a.md", RETURNS))])
    assert answer.status_code == 400, answer.text


def test_a_large_upload_waits_for_the_worker(reading: Service, shop: str, client: httpx.Client) -> None:
    big = "\n".join(f"# 第{at}題？\n答{at}。" + "很長的說明，" * 40 for at in range(1_600)).encode()
    assert len(big) > faq_documents.AT_ONCE_BYTES
    answer = post(client, big, name="big.md")
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["state"], job["done"]) == ("waiting", 0)
    assert known(reading, shop) == {}
    run_jobs(reading.assistant)
    assert client.get(f"/v1/faq/jobs/{job['id']}").json()["state"] == "done"
    assert len(known(reading, shop)) == 1_600


def test_a_job_is_stopped(reading: Service, shop: str, client: httpx.Client) -> None:
    job = imports.open_import(reading.assistant, shop, [("a.md", RETURNS)], Options(), actor="test")
    assert client.post(f"/v1/faq/jobs/{job.id}/stop").json()["state"] == "stopped"
    run_jobs(reading.assistant)
    assert known(reading, shop) == {}


def test_a_removed_document_is_gone_at_once(reading: Service, shop: str, client: httpx.Client) -> None:
    post(client, RETURNS, name="a.md")
    (document,) = client.get("/v1/faq/documents").json()["documents"]
    assert client.delete(f"/v1/faq/documents/{document['id']}").status_code == 204
    assert known(reading, shop) == {}
    assert client.delete(f"/v1/faq/documents/{document['id']}").status_code == 404


def test_pages(client: httpx.Client) -> None:
    for name in "abc":
        post(client, RETURNS, name=f"{name}.md")
        time.sleep(0.002)
    first = client.get("/v1/faq/documents", params={"limit": 2}).json()
    second = client.get("/v1/faq/documents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in first["documents"] + second["documents"]] == ["c.md", "b.md", "a.md"]
    assert second["next_cursor"] is None


def test_a_documents_cursor_is_no_place_in_anothers_entries(client: httpx.Client) -> None:
    post(client, RETURNS, name="a.md")
    post(client, "# 何時出貨？\n隔日。\n# 可以自取嗎？\n可以。\n".encode(), name="b.md")
    one, other = (document["id"] for document in client.get("/v1/faq/documents").json()["documents"])
    first = client.get("/v1/faq/entries", params={"document": one, "limit": 1}).json()
    place = {"cursor": first["next_cursor"]}
    second = client.get("/v1/faq/entries", params={"document": one, **place}).json()
    assert len(first["entries"] + second["entries"]) == 2
    for wanted in ({"document": other}, {}):
        refused = client.get("/v1/faq/entries", params={**wanted, **place})
        assert (refused.status_code, refused.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("scope", [Scope.MEMBER, Scope.PLATFORM])
def test_it_takes_an_operator(reading: Service, shop: str, scope: Scope) -> None:
    with reading.client(reading.key(scope, shop)) as client:
        assert post(client, RETURNS, name="a.md").status_code == 403
        for path in "documents", "documents/x", "jobs", "jobs/x":
            assert client.get(f"/v1/faq/{path}").status_code == 403
        assert client.delete("/v1/faq/documents/x").status_code == 403
        assert client.post("/v1/faq/jobs/x/stop").status_code == 403


def test_another_community_sees_nothing(reading: Service, client: httpx.Client) -> None:
    job = post(client, RETURNS, name="a.md").json()
    (document,) = client.get("/v1/faq/documents").json()["documents"]
    with reading.client(reading.key(community=reading.community())) as other:
        assert other.get("/v1/faq/documents").json()["documents"] == []
        assert other.get("/v1/faq/jobs").json()["jobs"] == []
        for path in f"documents/{document['id']}", f"jobs/{job['id']}":
            assert other.get(f"/v1/faq/{path}").status_code == 404
        assert other.delete(f"/v1/faq/documents/{document['id']}").status_code == 404
        assert other.post(f"/v1/faq/jobs/{job['id']}/stop").status_code == 404
    assert len(client.get("/v1/faq/documents").json()["documents"]) == 1


@pytest.mark.parametrize("path", ["documents/%00", "jobs/%00", "jobs/" + "x" * 300])
def test_ids_that_cannot_be(client: httpx.Client, path: str) -> None:
    assert client.get(f"/v1/faq/{path}").status_code == 400
