"""Imports over a real PostgreSQL: what is stored, what is left alone, what is gone, and what a killed process leaves."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.errors import InvalidInput, NotFound, StillLoading
from assistant.faq.texts import entry_texts
from assistant.store import communities, faq_documents, faq_entries, faq_jobs
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.embedded import ServerUrls
from assistant.store.faq_jobs import ItemState, Job, JobState
from assistant.types.faq import Entry
from assistant.usecases.communities import DEMO, seed_demo
from assistant.usecases.faq import documents as documents_usecase
from assistant.usecases.faq import imports
from assistant.usecases.faq.demo import DOCUMENT, Preparing, refuse_while_loading, seed_demo_faq
from assistant.usecases.faq.entries import model_name
from assistant.usecases.faq.imports import Options
from assistant.usecases.faq.ingest import keep_ingesting, run_job, run_jobs
from assistant.usecases.faq.settings import read_settings, save_settings
from assistant.wiring import Assistant
from tests.integration.usecases.reading import DIMENSIONS, SmallEmbedder, reading_assistant

RETURNS = "# 怎麼退貨？\n到貨七天內可以退。\n# 運費多少？\n滿一千元免運費。\n"
CHANGED = "# 怎麼退貨？\n到貨十天內可以退。\n# 幾點開門？\n早上十點。\n"


@pytest.fixture
def embedder() -> SmallEmbedder:
    return SmallEmbedder()


@pytest.fixture
def assistant(database_urls: ServerUrls, tmp_path: Path, embedder: SmallEmbedder) -> Iterator[Assistant]:
    made = reading_assistant(database_urls.app, tmp_path, embedder)
    yield made
    made.close()


def read(assistant: Assistant, community: str, documents: dict[str, str | bytes], **options: Any) -> Job:
    contents = [(name, one.encode() if isinstance(one, str) else one) for name, one in documents.items()]
    job = imports.open_import(assistant, community, contents, Options(**options), actor="test")
    return run_job(assistant, job)


def entries(database: Database, community: str) -> dict[str, Entry]:
    """By question."""
    with database.transaction(community) as transaction:
        return {one.question: one for one in faq_entries.load_all(transaction, community)}


def answers(database: Database, community: str) -> dict[str, str]:
    return {question: one.answer for question, one in entries(database, community).items()}


def only_document(assistant: Assistant, community: str) -> faq_documents.DocumentRow:
    (row,) = documents_usecase.list_documents(assistant, community, None, 10).rows
    return row


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "never"
        time.sleep(0.01)
    return found


class TestReading:
    def test_a_document_becomes_entries_with_their_vectors(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        job = read(assistant, community, {"faq.md": RETURNS}, roles=("vip",), source="https://shop.example")
        assert (job.state, job.total, job.done, job.failed, job.entries) == (JobState.DONE, 1, 1, 0, 2)
        found = entries(database, community)
        assert set(found) == {"怎麼退貨？", "運費多少？"}
        document = only_document(assistant, community)
        with database.transaction(community) as transaction:
            vectors = faq_entries.load_vectors(transaction, community, model_name(assistant))
        for one in found.values():
            assert (one.document_id, one.roles, one.source) == (document.id, ("vip",), "https://shop.example")
            assert vectors[one.id].shape == (len(entry_texts(one)), DIMENSIONS)
        assert (document.name, document.title, document.language, document.entries) == (
            "faq.md",
            "怎麼退貨？",
            "zh-Hant",
            2,
        )

    def test_what_was_read_is_no_longer_kept(self, assistant: Assistant, database: Database, community: str) -> None:
        read(assistant, community, {"faq.md": RETURNS, "bad.pdf": b"no"})
        with database.transaction(community) as transaction:
            assert transaction.scalar(text("SELECT count(*) FROM faq_job_items WHERE content IS NOT NULL")) == 0

    def test_days_are_those_of_the_community(self, assistant: Assistant, database: Database, community: str) -> None:
        settings = read_settings({"time_zone": "Asia/Hong_Kong"})
        save_settings(database, community, settings, actor="test", now=datetime.now(UTC), allow=())
        read(assistant, community, {"faq.csv": "question,answer,valid_to\nq?,a.,2026-01-31\n"})
        assert entries(database, community)["q?"].valid_to == datetime(2026, 1, 31, 16, tzinfo=UTC)

    def test_there_has_to_be_such_a_community(self, assistant: Assistant) -> None:
        with pytest.raises(NotFound):
            read(assistant, "nobody", {"faq.md": RETURNS})

    def test_two_documents_of_one_name_are_refused(self, assistant: Assistant, community: str) -> None:
        with pytest.raises(InvalidInput):
            imports.open_import(assistant, community, [("a.md", b"1"), ("/a.md", b"2")], Options(), actor="test")


class TestAgain:
    def test_what_has_not_changed_is_not_read(
        self, assistant: Assistant, embedder: SmallEmbedder, community: str
    ) -> None:
        read(assistant, community, {"faq.md": RETURNS})
        before = only_document(assistant, community)
        embedder.seen.clear()
        job = read(assistant, community, {"faq.md": RETURNS})
        assert (job.state, job.done, job.entries, job.details["unchanged"]) == (JobState.DONE, 1, 2, 1)
        assert embedder.seen == []
        assert only_document(assistant, community) == before

    @pytest.mark.parametrize(
        "options", [{"again": True}, {"roles": ("vip",)}, {"source": "https://a.example"}, {"language": "en"}]
    )
    def test_what_is_to_be_read_otherwise_is_read(
        self, assistant: Assistant, community: str, options: dict[str, Any]
    ) -> None:
        read(assistant, community, {"faq.md": RETURNS})
        assert "unchanged" not in read(assistant, community, {"faq.md": RETURNS}, **options).details

    def test_a_changed_document_takes_the_place_of_the_old(
        self, assistant: Assistant, database: Database, embedder: SmallEmbedder, community: str
    ) -> None:
        read(assistant, community, {"faq.md": RETURNS})
        before, document = entries(database, community), only_document(assistant, community)
        embedder.seen.clear()
        read(assistant, community, {"faq.md": CHANGED + "# 運費\n滿一千元免運費。"})
        after = entries(database, community)
        assert {question: one.answer for question, one in after.items()} == {
            "怎麼退貨？": "到貨十天內可以退。",
            "幾點開門？": "早上十點。",
            "": "滿一千元免運費。",
        }
        assert after["怎麼退貨？"].id == before["怎麼退貨？"].id, "what was thought of it stays with it"
        assert only_document(assistant, community).id == document.id
        with database.transaction(community) as transaction:
            vectors = faq_entries.load_vectors(transaction, community, model_name(assistant))
        assert vectors.keys() == {one.id for one in after.values()}

    def test_only_what_changed_is_embedded(self, assistant: Assistant, embedder: SmallEmbedder, community: str) -> None:
        read(assistant, community, {"faq.md": RETURNS})
        embedder.seen.clear()
        read(assistant, community, {"faq.md": RETURNS.replace("七天", "十天")})
        assert embedder.seen
        assert not any("運費" in one for one in embedder.seen)

    def test_a_bad_new_version_leaves_the_old(self, assistant: Assistant, database: Database, community: str) -> None:
        read(assistant, community, {"faq.md": RETURNS})
        job = read(assistant, community, {"faq.md": "# nothing\n"})
        assert (job.state, job.failed) == (JobState.FAILED, 1)
        assert answers(database, community)["怎麼退貨？"] == "到貨七天內可以退。"

    def test_another_document_may_not_take_an_entry(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        table = "id,question,answer\nships,運費？,{}\n"
        read(assistant, community, {"a.csv": table.format("百元。")})
        job = read(assistant, community, {"b.csv": table.format("兩百元。"), "c.md": RETURNS})
        assert (job.done, job.failed) == (1, 1)
        _, items = imports.get_job(assistant, community, job.id)
        ((name, error),) = imports.failures(items)
        assert name == error.field == "b.csv"
        assert "'ships'" in str(error.values["problem"])
        assert answers(database, community)["運費？"] == "百元。"

    def test_what_two_documents_answer_is_told(self, assistant: Assistant, community: str) -> None:
        read(assistant, community, {"a.md": RETURNS})
        read(assistant, community, {"b.md": "# 怎麼退貨？\n不能退。\n"})
        warned = {
            row.name: row.warnings for row in documents_usecase.list_documents(assistant, community, None, 10).rows
        }
        assert warned == {"a.md": (), "b.md": ("is answered elsewhere too: 怎麼退貨？",)}


class TestFailing:
    def test_each_bad_document_has_its_error_and_the_others_are_read(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        huge = b"a" * (imports.limits_of(assistant.settings).bytes + 1)
        bad = {
            "broken.pdf": b"%PDF-1.4 no",
            "empty.txt": b"",
            "old.doc": b"x",
            "columns.csv": b"a,b\n1,2\n",
            "huge.txt": huge,
        }
        job = read(assistant, community, {**bad, "faq.md": RETURNS})
        assert (job.state, job.total, job.done, job.failed, job.entries) == (JobState.DONE, 6, 1, 5, 2)
        _, items = imports.get_job(assistant, community, job.id)
        failures = dict(imports.failures(items))
        assert failures.keys() == bad.keys()
        assert all(error.field == name and isinstance(error, InvalidInput) for name, error in failures.items())
        assert (failures["huge.txt"].limit, failures["huge.txt"].status) == ("20 MiB", 413)
        assert items[-1].state is ItemState.DONE
        assert [row.name for row in documents_usecase.list_documents(assistant, community, None, 10).rows] == ["faq.md"]
        assert len(entries(database, community)) == 2

    def test_an_error_of_ours_fails_one_document(
        self,
        assistant: Assistant,
        embedder: SmallEmbedder,
        database: Database,
        community: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        encode = embedder.encode

        def failing(texts: list[str]) -> Any:
            if any("十點" in one for one in texts):
                raise RuntimeError("no")
            return encode(texts)

        monkeypatch.setattr(embedder, "encode", failing)
        job = read(assistant, community, {"a.md": CHANGED, "b.md": RETURNS})
        assert (job.state, job.done, job.failed) == (JobState.DONE, 1, 1)
        assert answers(database, community) == {"怎麼退貨？": "到貨七天內可以退。", "運費多少？": "滿一千元免運費。"}

    def test_a_document_that_ends_every_process_is_given_up(
        self, assistant: Assistant, community: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(imports, "LEASE_S", 0.0)

        class Killed(BaseException):
            pass

        def killed(*_: Any) -> Any:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr("assistant.usecases.faq.ingest_work.read_document", killed)
            imports.open_import(assistant, community, [("a.md", RETURNS.encode())], Options(), actor="test")
            for _ in range(5):
                with pytest.raises(Killed):
                    run_jobs(assistant)
            run_jobs(assistant)
        (job,) = imports.list_jobs(assistant, community, None, 10).rows
        assert (job.state, job.failed) == (JobState.FAILED, 1)


class TestRemoving:
    def test_what_a_document_said_is_gone_at_once(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        read(assistant, community, {"a.md": RETURNS, "b.md": "# 公休？\n週日。"})
        a = next(
            row for row in documents_usecase.list_documents(assistant, community, None, 10).rows if row.name == "a.md"
        )
        assert documents_usecase.remove_document(assistant, community, a.id, actor="test") == 2
        assert answers(database, community) == {"公休？": "週日。"}
        with database.transaction(community) as transaction:
            assert transaction.scalar(text("SELECT count(*) FROM faq_vectors")) == 2
            assert transaction.scalar(text("SELECT count(DISTINCT entry_id) FROM faq_changes")) == 3, (
                "replicas are told"
            )
        with pytest.raises(NotFound):
            documents_usecase.remove_document(assistant, community, a.id, actor="test")

    def test_it_does_not_come_back_from_a_job_that_waits(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        read(assistant, community, {"a.md": RETURNS})
        job = imports.open_import(assistant, community, [("a.md", CHANGED.encode())], Options(), actor="test")
        documents_usecase.remove_document(assistant, community, only_document(assistant, community).id, actor="test")
        assert run_job(assistant, job).state is JobState.FAILED
        assert entries(database, community) == {}

    def test_another_community_cannot(self, assistant: Assistant, database: Database, community: str) -> None:
        read(assistant, community, {"a.md": RETURNS})
        with pytest.raises(NotFound):
            documents_usecase.remove_document(assistant, "other", only_document(assistant, community).id, actor="test")
        assert len(entries(database, community)) == 2


class TestJobs:
    def test_a_newer_import_of_a_document_is_the_one_that_counts(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        old = imports.open_import(assistant, community, [("a.md", RETURNS.encode())], Options(), actor="test")
        read(assistant, community, {"a.md": CHANGED})
        assert run_job(assistant, old).state is JobState.FAILED
        assert "幾點開門？" in entries(database, community)

    def test_a_stopped_job_reads_nothing_more(self, assistant: Assistant, database: Database, community: str) -> None:
        documents = [(f"{at}.md", f"# 第{at}題？\n答{at}。".encode()) for at in range(5)]
        job = imports.open_import(assistant, community, documents, Options(), actor="test")

        def stop(now: Job) -> None:
            if now.done == 2:
                imports.stop_job(assistant, community, job.id, actor="test")

        assert run_job(assistant, job, told=stop).state is JobState.STOPPED
        assert len(entries(database, community)) == 2
        now, items = imports.get_job(assistant, community, job.id)
        assert (now.state, now.done, now.failed) == (JobState.STOPPED, 2, 0)
        assert [one.state for one in items] == [ItemState.DONE] * 2 + [ItemState.WAITING] * 3
        assert run_jobs(assistant) == 0
        assert imports.stop_job(assistant, community, job.id, actor="test").finished_at == now.finished_at

    def test_documents_can_be_added_before_it_begins(
        self, assistant: Assistant, database: Database, community: str
    ) -> None:
        job = imports.open_import(assistant, community, [("0.md", b"# 0?\nyes")], Options(), actor="test", more=True)
        job = imports.add_documents(assistant, job, [("1.md", b"# 1?\nyes")], more=True)
        assert run_jobs(assistant) == 0, "it is not taken while documents still come"
        job = imports.add_documents(assistant, job, [("2.md", b"# 2?\nyes")])
        assert run_job(assistant, job).done == 3
        assert sorted(entries(database, community)) == ["0?", "1?", "2?"]

    def test_a_job_is_taken_once(self, assistant: Assistant, community: str) -> None:
        for at in range(4):
            job = imports.open_import(assistant, community, [(f"{at}.md", b"# Is it?\nYes.")], Options(), actor="test")
            imports.let_go(assistant, job)
        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(lambda _: run_jobs(assistant), range(4))) == 4

    def test_two_who_have_one_job_store_everything_once(
        self, assistant: Assistant, database: Database, embedder: SmallEmbedder, community: str
    ) -> None:
        documents = [(f"{at}.md", f"# 第{at}題？\n答{at}。".encode()) for at in range(30)]
        job = imports.open_import(assistant, community, documents, Options(), actor="test")
        with ThreadPoolExecutor(3) as threads:
            ended = list(threads.map(lambda _: run_job(assistant, job), range(3)))
        assert {(one.state, one.done, one.entries) for one in ended} == {(JobState.DONE, 30, 30)}
        assert len(entries(database, community)) == 30

    def test_old_ones_are_forgotten(self, assistant: Assistant, database: Database, community: str) -> None:
        job = read(assistant, community, {"a.md": RETURNS})
        for before, kept in ((timedelta(seconds=-1), True), (timedelta(seconds=1), False)):
            with database.transaction(EVERY_COMMUNITY) as transaction:
                faq_jobs.purge(transaction, (job.finished_at or job.created_at) + before)
            assert bool(imports.list_jobs(assistant, community, None, 10).rows) is kept
        assert len(entries(database, community)) == 2

    def test_the_worker_takes_what_waits_and_finishes_what_it_has(self, assistant: Assistant, community: str) -> None:
        job = imports.open_import(assistant, community, [("a.md", RETURNS.encode())], Options(), actor="test")
        imports.let_go(assistant, job)

        async def work() -> None:
            working = asyncio.create_task(keep_ingesting(assistant))
            while not (await asyncio.to_thread(imports.get_job, assistant, community, job.id))[0].over:
                await asyncio.sleep(0.02)
            working.cancel()

        asyncio.run(asyncio.wait_for(work(), 20))

    def test_who_is_told_to_stop_lets_go_after_the_document(self, assistant: Assistant, community: str) -> None:
        documents = [(f"{at}.md", b"# Is it?\nYes.") for at in range(3)]
        job = imports.open_import(assistant, community, documents, Options(), actor="test")
        stopping = threading.Event()
        left = run_job(assistant, job, stopping=stopping, told=lambda _: stopping.set())
        assert (left.state, left.done, left.leased_until) == (JobState.WAITING, 1, None)
        assert run_jobs(assistant) == 1
        assert imports.get_job(assistant, community, job.id)[0].state is JobState.DONE


class TestMeanwhile:
    """What happens while a document is with the model."""

    @pytest.fixture
    def meanwhile(
        self, embedder: SmallEmbedder, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[Callable[[], Any]], None]:
        """Does something at the model's next call."""
        encode = embedder.encode

        def at_next_call(do: Callable[[], Any]) -> None:
            def encode_once(texts: list[str]) -> Any:
                monkeypatch.setattr(embedder, "encode", encode)
                do()
                return encode(texts)

            monkeypatch.setattr(embedder, "encode", encode_once)

        return at_next_call

    def test_it_is_removed(
        self, assistant: Assistant, database: Database, community: str, meanwhile: Callable[[Callable[[], Any]], None]
    ) -> None:
        read(assistant, community, {"a.md": RETURNS})
        document = only_document(assistant, community)
        meanwhile(lambda: documents_usecase.remove_document(assistant, community, document.id, actor="test"))
        job = read(assistant, community, {"a.md": CHANGED, "b.md": "# 公休？\n週日。"})
        assert (job.state, job.done, job.failed) == (JobState.DONE, 1, 1)
        assert answers(database, community) == {"公休？": "週日。"}

    def test_it_is_imported_again(
        self, assistant: Assistant, database: Database, community: str, meanwhile: Callable[[Callable[[], Any]], None]
    ) -> None:
        meanwhile(lambda: read(assistant, community, {"a.md": CHANGED}))
        assert read(assistant, community, {"a.md": RETURNS}).state is JobState.FAILED
        assert answers(database, community)["怎麼退貨？"] == "到貨十天內可以退。", "the newer one counts"

    def test_the_job_is_stopped(
        self, assistant: Assistant, database: Database, community: str, meanwhile: Callable[[Callable[[], Any]], None]
    ) -> None:
        job = imports.open_import(assistant, community, [("a.md", RETURNS.encode())], Options(), actor="test")
        meanwhile(lambda: imports.stop_job(assistant, community, job.id, actor="test"))
        assert run_job(assistant, job).state is JobState.STOPPED
        assert entries(database, community) == {}

    def test_one_of_its_entries_is_removed(
        self, assistant: Assistant, database: Database, community: str, meanwhile: Callable[[Callable[[], Any]], None]
    ) -> None:
        read(assistant, community, {"a.md": RETURNS})
        kept = entries(database, community)["運費多少？"]

        def remove() -> None:
            with database.transaction(community) as transaction:
                faq_entries.remove(transaction, community, [kept.id])

        meanwhile(remove)
        assert read(assistant, community, {"a.md": RETURNS.replace("七天", "十天")}).state is JobState.DONE
        assert counts(database, community) == {"a.md": 2}

    def test_the_community_is_removed(
        self, assistant: Assistant, database: Database, community: str, meanwhile: Callable[[Callable[[], Any]], None]
    ) -> None:
        job = imports.open_import(assistant, community, [("a.md", RETURNS.encode())], Options(), actor="test")
        imports.let_go(assistant, job)

        def remove() -> None:
            with database.transaction(community) as transaction:
                communities.remove(transaction, community)

        meanwhile(remove)
        assert run_jobs(assistant) == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_ingest_leaves_whole_documents_and_is_gone_on_with(
    assistant: Assistant,
    database: Database,
    database_urls: ServerUrls,
    community: str,
    tmp_path: Path,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SIGKILL while it works; every document is there with all its entries or not at all, and another process reads the rest."""
    monkeypatch.setattr(imports, "LEASE_S", 1.0)
    number, each = 25, 20
    documents = [
        (f"{at}.md", "".join(f"# {at} 的第{n}題？\n答{n}。\n" for n in range(each)).encode()) for at in range(number)
    ]
    read(assistant, community, {"0.md": "# 舊的題目？\n舊。"})
    job = imports.open_import(assistant, community, documents, Options(), actor="test")
    imports.let_go(assistant, job)
    arguments = [
        sys.executable,
        "-m",
        "tests.integration.usecases.ingest_process",
        database_urls.app,
        str(tmp_path / "other"),
        "0.01",
        "1",
    ]
    process = subprocess.Popen(arguments, cwd=Path(__file__).parents[3])
    try:
        until(lambda: imports.get_job(assistant, community, job.id)[0].done >= 3)
        time.sleep(random.Random(seed).uniform(0, 0.1))
    finally:
        process.kill()
        process.wait()
    left, _ = imports.get_job(assistant, community, job.id)
    assert 3 <= left.done < number
    assert counts(database, community) == {f"{at}.md": each for at in range(left.done)}
    until(lambda: run_jobs(assistant))
    ended, items = imports.get_job(assistant, community, job.id)
    assert (ended.state, ended.done, ended.entries) == (JobState.DONE, number, number * each)
    assert all(item.state is ItemState.DONE for item in items)
    assert counts(database, community) == {f"{at}.md": each for at in range(number)}


def counts(database: Database, community: str) -> dict[str, int]:
    """Entries that have their vectors, by document."""
    query = """
        SELECT d.name, count(DISTINCT e.id) FROM faq_documents d JOIN faq_entries e ON e.document_id = d.id
        JOIN faq_vectors v ON v.community = e.community AND v.entry_id = e.id GROUP BY d.name
    """
    with database.transaction(community) as transaction:
        return {row[0]: row[1] for row in transaction.execute(text(query))}


def demo_documents(assistant: Assistant) -> list[faq_documents.DocumentRow]:
    """Other tests' documents of the demo left out."""
    rows = documents_usecase.list_documents(assistant, DEMO, None, 200).rows
    return [row for row in rows if row.name == DOCUMENT]


def test_the_demo_shop_is_given_its_questions_once(assistant: Assistant) -> None:
    seed_demo(assistant.database)
    questions = "question,answer\n怎麼退貨？,到貨七天內可以退。\n".encode()
    seed_demo_faq(Preparing(assistant.settings, assistant.clock, assistant.database), questions)
    with assistant.database.transaction(DEMO) as transaction, pytest.raises(StillLoading):
        refuse_while_loading(transaction, DEMO)
    run_jobs(assistant)
    with assistant.database.transaction(DEMO) as transaction:
        refuse_while_loading(transaction, DEMO)
    (given,) = demo_documents(assistant)
    documents_usecase.remove_document(assistant, DEMO, given.id, actor="test")
    seed_demo_faq(assistant, questions)
    run_jobs(assistant)
    assert not demo_documents(assistant), "what was removed stays removed"
