"""A change of the embedder, over a real PostgreSQL: a job that can be stopped and goes on, while the model before serves."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.faq.rerank import Reranker
from assistant.store import faq_entries, faq_jobs
from assistant.store.database import Database
from assistant.types.faq import Entry
from assistant.usecases.faq import embedding
from assistant.usecases.faq.brain import Brain
from assistant.usecases.faq.embedding import embed_all
from assistant.usecases.faq.entries import put_entries
from assistant.usecases.faq.replicas import FRESH_S, name_of
from assistant.usecases.faq.search import find_hits
from assistant.wiring import Assistant
from tests.integration.usecases.reading import SmallEmbedder, reading_assistant
from tests.live_service import own_database
from tests.unit.faq.small import judge

OLD, NEW = SmallEmbedder(version="1"), SmallEmbedder(version="2")
ENTRIES = [
    Entry(id=f"e{at:03}", language="zh-Hant", question=f"第 {at} 個問題", answer=f"第 {at} 個回答") for at in range(150)
]


def assistant_with(
    database: Database, folder: Path, model: SmallEmbedder, reranker: Reranker, before: SmallEmbedder | None = None
) -> Assistant:
    made = reading_assistant(database.url.render_as_string(hide_password=False), folder, model)
    made.brain = Brain(
        made.database, lambda: (model, reranker), 1024 * 1024, earlier=(lambda: before) if before else None
    )
    return made


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Of its own: the job goes through the entries of every community there is."""
    with own_database(tmp_path_factory.mktemp("embedding") / "database") as urls:
        database = Database(urls.app, pool_size=8, timeout_s=5)
        yield database
        database.close()


@pytest.fixture
def changed(database: Database, community: str, tmp_path: Path) -> Any:
    """An assistant of the new model, over entries that only the old one has seen."""
    old = assistant_with(database, tmp_path, OLD, judge())
    put_entries(old, community, ENTRIES, actor="test")
    old.close()
    new = assistant_with(database, tmp_path, NEW, judge(), before=OLD)
    yield new
    new.close()


def seen(assistant: Assistant, community: str) -> dict[str, int]:
    with assistant.database.transaction(community) as transaction:
        return faq_entries.seen_by(transaction, community)


class StopsAfter(threading.Event):
    """Set once it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_it_goes_on_where_it_was_stopped_and_the_old_vectors_go_at_the_end(changed: Assistant, community: str) -> None:
    assert embed_all(changed, StopsAfter(1)) == embedding.ENTRIES_AT_ONCE
    assert seen(changed, community) == {name_of(OLD): 150, name_of(NEW): embedding.ENTRIES_AT_ONCE}
    assert embed_all(changed) == 150 - embedding.ENTRIES_AT_ONCE
    assert seen(changed, community) == {name_of(NEW): 150}
    with changed.database.transaction(community) as transaction:
        (job,) = faq_jobs.page(transaction, community, None, 10).rows
        stored = faq_entries.load_vectors(transaction, community, name_of(NEW), ["e007"])["e007"]
    assert (job.kind, job.state.value, job.total, job.done) == ("embed", "done", 150, 150)
    assert np.allclose(stored[0], NEW.encode(["第 7 個問題"])[0], atol=1e-6)
    assert embed_all(changed) == 0


def test_the_model_before_serves_until_it_is_done(
    changed: Assistant, community: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.usecases.faq.replicas.FRESH_S", 0.0)
    assert FRESH_S > 0
    asked: list[str] = []

    def noting(model: SmallEmbedder) -> Any:
        encode = model.encode

        def noted(texts: Sequence[str], *, query: bool = False) -> Any:
            asked.extend([model.ref.version] if query else [])
            return encode(texts, query=query)

        return noted

    for model in OLD, NEW:
        monkeypatch.setattr(model, "encode", noting(model))
    assert find_hits(changed, community, "第 7 個問題", frozenset(), None)[0].entry.id == "e007"
    embed_all(changed, StopsAfter(1))
    find_hits(changed, community, "第 7 個問題", frozenset(), None)
    embed_all(changed)
    assert find_hits(changed, community, "第 7 個問題", frozenset(), None)[0].entry.id == "e007"
    assert asked == ["1", "1", "2"]


def test_a_job_whose_process_died_is_taken_by_another(changed: Assistant, community: str) -> None:
    embed_all(changed, StopsAfter(1))
    now = changed.clock()
    with changed.database.transaction(community) as transaction:
        (job,) = faq_jobs.page(transaction, community, None, 10).rows
        faq_jobs.lease(transaction, job.id, now + timedelta(seconds=60))
    assert embed_all(changed) == 0, "somebody has it"
    changed.clock = lambda: now + timedelta(seconds=61)
    assert embed_all(changed) == 150 - embedding.ENTRIES_AT_ONCE


def test_what_changes_meanwhile_keeps_its_own_vectors(
    changed: Assistant, community: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = NEW.encode

    def changing(texts: Sequence[str], *, query: bool = False) -> Any:
        monkeypatch.setattr(NEW, "encode", encode)
        put_entries(changed, community, [Entry(id="e001", language="en", question="new", answer="new")], actor="test")
        return encode(texts, query=query)

    monkeypatch.setattr(NEW, "encode", changing)
    embed_all(changed)
    with changed.database.transaction(community) as transaction:
        stored = faq_entries.load_vectors(transaction, community, name_of(NEW), ["e001"])["e001"]
    assert np.allclose(stored[0], encode(["new"])[0], atol=1e-6)
