from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from assistant.backends.generator_openai import OpenAIGenerator
from assistant.text import Normalised
from assistant.types import Judge, ModelRef, Thresholds
from assistant.usecases.judge import judge_due
from assistant.usecases.policies import load_policy, set_policy
from tests.integration.platforms.conftest import Shop
from tests.live_service import Service, own_database, running
from tests.model_server import Talker, talking
from tests.receiver import receiving

GREY, CLEAN, BAD = "灰色的話", "早安", "壞話"


class Shades:
    """Harassment by the shade that a text names: what is grey is let pass by every threshold."""

    ref, quick = ModelRef("shades", "1"), True

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        return [{"harassment": 0.9 if BAD in t.original else 0.4 if "灰" in t.original else 0.01} for t in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, 1)]


class Court(Shop):
    """A community whose policy asks the judge, on a service whose language model says what a test wants."""

    def __init__(self, service: Service, receiver, talker: Talker, **judge: Any) -> None:
        super().__init__(service, receiver, staff_channel="staff")
        self.talker = talker
        self.rule(**judge)

    def rule(self, **judge: Any) -> None:
        database = self.service.assistant.database
        policy = replace(
            load_policy(database, self.community),
            thresholds={"harassment": Thresholds(review=0.7, block=0.9), "self_harm": Thresholds(review=0.5)},
            judge=Judge(**{"enabled": True, **judge}),
        )
        set_policy(database, self.community, policy, created_by="test")
        self.service.assistant.screeners.refresh(self.community)

    def ask(self, text: str = GREY, **more: Any) -> dict:
        """Over the API."""
        answer = self.operator.post("/v1/moderate", json={"text": text, "member": {"id": "u1"}, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, later: timedelta = timedelta(0), url: str | None = None) -> int:
        """A worker looks once; how many entries it took."""
        assistant = self.service.assistant
        clock = assistant.clock
        generator = OpenAIGenerator.connect(url or self.talker.url, "talker")
        worker = replace(assistant, generator=generator, clock=lambda: clock() + later)
        return asyncio.run(judge_due(worker))

    def judged(self, decision_id: str) -> dict | None:
        return self.operator.get(f"/v1/decisions/{decision_id}").json().get("judged")


def said(score: float = 0.8, label: str = "harassment", quote: str = "灰色") -> dict:
    return {"findings": [{"label": label, "score": score, "quote": quote}]}


@pytest.fixture(scope="module")
def talker():
    with talking() as talker:
        yield talker


@pytest.fixture(scope="module")
def court_service(talker, tmp_path_factory):
    """A database of its own: whoever looks for what is to be judged sees every community."""
    settings = {
        "generator": {"base_url": talker.url, "model": "talker"},
        "outgoing": {"allow": ("127.0.0.0/8",)},
    }
    with (
        own_database(tmp_path_factory.mktemp("judge-database")) as urls,
        running(urls.app, tmp_path_factory.mktemp("judge"), classifier=Shades(), **settings) as service,
    ):
        yield service


@pytest.fixture
def court(court_service, talker):
    with receiving() as receiver:
        court = Court(court_service, receiver, talker)
        talker.say(said())
        yield court
        with court_service.assistant.database.transaction(court.community) as transaction:
            transaction.execute(text("DELETE FROM deliveries"))  # nothing of one test is left to the next
        court.close()


def unique(text: str) -> str:
    return f"{text}{secrets.token_hex(4)}"
