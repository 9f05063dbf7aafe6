"""The judge end to end: a real server of OpenAI's API, a real database, a real receiver of webhooks."""

from __future__ import annotations

import asyncio
import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.prompts import load_prompt
from assistant.store import decisions, judgements
from assistant.store.database import EVERY_COMMUNITY
from assistant.usecases.judge import judge_due
from assistant.usecases.judge_records import Verdict, settle
from assistant.usecases.policies import load_policy
from tests.integration.judge.conftest import BAD, CLEAN, GREY, Court, said, unique
from tests.live_service import working
from tests.model_server import talking

ATTACKS = tomllib.loads((Path(__file__).parents[2] / "data/content_injections.toml").read_text("utf-8"))["attack"]


def entries(court: Court) -> list[dict]:
    with court.service.assistant.database.transaction(court.community) as transaction:
        query = "SELECT * FROM deliveries WHERE kind = 'judge' ORDER BY created_at, id"
        return [dict(row) for row in transaction.execute(text(query)).mappings()]


def feedback(court: Court) -> list[dict]:
    with court.service.assistant.database.transaction(court.community) as transaction:
        return [dict(row) for row in transaction.execute(text("SELECT source, labels FROM feedback")).mappings()]


class TestAGreyMessage:
    def test_is_answered_first_and_raised_to_a_review_afterwards(self, court: Court) -> None:
        answer = court.ask(GREY, platform={"name": "own", "message_id": "m1"}, channel="hall")
        assert answer["action"] == "allow"
        assert court.talker.asked == [], "nobody waited for the model"
        assert court.look() == 1
        (case,) = court.cases(kind="review")
        assert (case["decision_id"], case["member"], case["state"]) == (answer["id"], "u1", "open")
        judge = case["details"]["judge"]
        assert (judge["labels"], judge["action"], judge["model"]) == (["harassment"], "review", "talker")
        assert (judge["prompt"], judge["version"]) == ("judge", load_prompt("judge").version)
        assert judge["findings"] == [
            {"label": "harassment", "score": 0.8, "start": 0, "end": 2, "start_utf16": 0, "end_utf16": 2,
             "source": "judge:talker", "field": "text"}
        ]  # fmt: skip

    def test_says_so_where_it_is_read_back(self, court: Court) -> None:
        answer = court.ask()
        assert court.judged(answer["id"])["state"] == "waiting"
        court.look()
        judged = court.judged(answer["id"])
        assert (judged["state"], judged["action"], judged["raised"]) == ("done", "review", ["harassment"])
        assert (judged["findings"][0]["source"], judged["findings"][0]["text"]) == ("judge:talker", "灰色")
        stored = court.operator.get(f"/v1/decisions/{answer['id']}").json()
        assert (stored["action"], stored["scores"]["harassment"]) == ("allow", 0.4), (
            "what was decided stays what was decided"
        )
        (line,) = court.operator.get("/v1/audit", params={"subject": answer["id"]}).json()["entries"]
        assert (line["actor"], line["action"], line["details"]["labels"]) == ("machine", "judge", ["harassment"])
        assert line["details"]["digest"] == load_prompt("judge").digest

    def test_tells_the_communitys_systems_and_the_staff(self, court: Court) -> None:
        answer = court.say(GREY)
        assert answer["action"] == "allow"
        court.look()
        with working(court.service):
            (event,) = court.receiver.wait("decision")
            (card,) = court.receiver.wait("order.post")
        assert (event.data["decision_id"], event.data["action"]) == (answer["decision_id"], "review")
        assert event.data["raised_by"] == {
            "model": "talker",
            "prompt": "judge",
            "version": load_prompt("judge").version,
        }
        assert (event.data["connection_id"], event.data["message_id"]) == (court.connection.id, answer["message_id"])
        assert "talker" in card.data["text"]
        assert GREY in card.data["text"]

    def test_a_person_decides_and_that_is_learned_from(self, court: Court) -> None:
        court.ask()
        court.look()
        (case,) = court.cases(kind="review")
        court.resolve(case["id"], "approve")
        assert feedback(court) == [{"source": "approved", "labels": {"harassment": 0.0}}]

    def test_what_is_removed_is_taken_away_and_brings_its_strike(self, court: Court) -> None:
        court.say(GREY)
        court.look()
        (case,) = court.cases(kind="review")
        court.resolve(case["id"], "remove")
        assert feedback(court) == [{"source": "removed", "labels": {"harassment": 1.0}}]
        assert [one["label"] for one in court.record("u1")["strikes"]] == ["harassment"]

    def test_self_harm_asks_for_help_not_for_a_penalty(self, court: Court) -> None:
        court.talker.say(said(0.9, "self_harm", "灰"))
        court.ask()
        court.look()
        (case,) = court.cases(kind="help")
        assert case["urgent"]

    def test_the_surest_word_of_a_model_brings_a_review_at_most(self, court: Court) -> None:
        court.talker.say(said(1.0))
        answer = court.say(GREY)
        court.look()
        assert court.judged(answer["decision_id"])["action"] == "review"
        assert [one["kind"] for one in court.cases()] == ["review"]
        assert court.record("u1")["strikes"] == []

    def test_nothing_found_changes_nothing(self, court: Court) -> None:
        court.talker.say({"findings": []}, said(0.69))
        first, second = court.ask(), court.ask()
        court.look()
        for answer in (first, second):
            judged = court.judged(answer["id"])
            assert (judged["state"], judged["action"], judged["raised"]) == ("done", "allow", [])
        assert court.cases() == []

    def test_of_a_batch_too(self, court: Court) -> None:
        messages = [{"text": one} for one in (GREY, CLEAN, BAD)]
        answers = court.operator.post("/v1/moderate/batch", json={"messages": messages}).json()["results"]
        assert [one["decision_id"] for one in entries(court)] == [answers[0]["id"]]


class TestWhatIsNotAsked:
    def test_the_clear_ones_and_what_is_not_stored(self, court: Court) -> None:
        court.ask(CLEAN)
        court.ask(BAD)
        court.ask(GREY, store=False)
        assert entries(court) == []

    def test_off_by_default(self, court: Court) -> None:
        court.rule(enabled=False)
        court.ask()
        assert entries(court) == []

    def test_without_a_language_model(self, court: Court) -> None:
        court.ask()
        worker = replace(court.service.assistant, generator=None)
        asyncio.run(judge_due(worker))
        assert [(one["state"], one["because"]) for one in entries(court)] == [("skipped", "no_model")]

    def test_where_it_was_switched_off_meanwhile(self, court: Court) -> None:
        court.ask()
        court.rule(enabled=False)
        court.look()
        assert [(one["state"], one["because"]) for one in entries(court)] == [("skipped", "off")]
        assert court.talker.asked == []

    def test_what_a_person_looks_at_already(self, court: Court) -> None:
        answer = court.say(GREY)
        about = {"id": answer["message_id"], "text": GREY, "member": {"id": "u1"}, "channel": "general"}
        court.send("command", {"name": "report", "member": {"id": "u2"}, "channel": "general", "about": about})
        assert court.cases(kind="report")
        court.look()
        assert "seen" in {one["because"] for one in entries(court)}
        assert court.cases(kind="review") == []

    def test_too_late(self, court: Court) -> None:
        court.rule(within_minutes=5)
        court.ask()
        court.look(timedelta(minutes=6))
        assert [(one["state"], one["because"]) for one in entries(court)] == [("skipped", "late")]

    def test_whose_words_are_gone(self, court: Court) -> None:
        court.ask()
        with court.service.assistant.database.transaction(court.community) as transaction:
            transaction.execute(text("UPDATE decisions SET text = NULL, text_expires_at = NULL, masked_text = NULL"))
        court.look()
        assert [(one["state"], one["because"]) for one in entries(court)] == [("skipped", "no_text")]


class TestBounds:
    def test_per_minute_the_rest_waits(self, court: Court) -> None:
        court.rule(per_minute=2)
        for _ in range(4):
            court.ask()
        court.look()
        assert len(court.talker.asked) == 2
        assert sorted(one["state"] for one in entries(court)) == ["done", "done", "waiting", "waiting"]
        assert [one["attempts"] for one in entries(court) if one["state"] == "waiting"] == [0, 0], (
            "not tried, so not counted"
        )
        court.look(timedelta(minutes=3))
        assert len(court.talker.asked) == 4

    def test_per_hour(self, court: Court) -> None:
        court.rule(per_minute=10, per_hour=1)
        court.ask()
        court.ask()
        court.look()
        court.look(timedelta(minutes=30))
        assert len(court.talker.asked) == 1
        court.look(timedelta(minutes=59))

    def test_a_long_queue_takes_no_more(self, court: Court) -> None:
        court.rule(queue=2, per_minute=1)
        for _ in range(4):
            court.ask()
        court.look()
        assert [one["because"] for one in entries(court)].count("queue_full") >= 1
        assert len(court.talker.asked) == 1

    def test_the_days_budget_is_a_bound_whatever_runs_at_once(self, court: Court) -> None:
        court.rule(cost_per_million=(100.0, 1_000.0), budget_per_day=1.9)
        answers = [court.ask() for _ in range(4)]
        court.look()
        looks = [court.judged(one["id"]) for one in answers]
        assert sorted(str(one["because"]) for one in looks) == ["None", "budget", "budget", "budget"], (
            "a question costs 1.8 at most"
        )
        assert [one["cost"] for one in looks if one["state"] == "done"] == [pytest.approx(0.1 + 0.1)]

    def test_what_was_asked_shows_what_it_cost_and_holds_no_word(self, court: Court) -> None:
        court.rule(cost_per_million=(100.0, 1_000.0))
        court.ask(unique(GREY))
        court.look()
        (one,) = entries(court)
        assert (one["payload"]["prompt_tokens"], one["payload"]["completion_tokens"]) == (1_000, 100)
        assert one["payload"]["cost"] == pytest.approx(0.2)
        assert "灰" not in json.dumps(one["payload"], ensure_ascii=False)


class TestHostileAnswers:
    @pytest.mark.parametrize(
        "answer",
        [
            "I would rather not.",
            "{",
            '{"findings": "none"}',
            '{"findings": [{"label": "harassment", "score": 7, "quote": ""}]}',
            '{"findings": [{"label": "harassment", "score": NaN, "quote": ""}]}',
            json.dumps({"findings": [{"label": "spam", "score": 0.5, "quote": ""}] * 9}),
            "<think>" * 50,
        ],
        ids=lambda answer: answer[:30],
    )
    def test_what_cannot_be_read_is_asked_for_once_more_and_then_let_be(self, court: Court, answer) -> None:
        court.talker.say(answer)
        made = court.ask()
        court.look()
        assert len(court.talker.asked) == 2
        second = json.loads(court.talker.asked[1]["messages"][1]["content"])
        assert second["problem"], "the repair says what was wrong"
        judged = court.judged(made["id"])
        assert (judged["state"], judged["because"], judged["raised"]) == ("done", "unreadable", [])
        assert court.cases() == []

    def test_a_repaired_answer_counts(self, court: Court) -> None:
        court.talker.say("Sorry, here it is:", said())
        made = court.ask()
        court.look()
        assert court.judged(made["id"])["raised"] == ["harassment"]

    @pytest.mark.parametrize(
        "answer",
        [
            {"findings": [], "action": "block", "delete": True},
            {"findings": [{"label": "block_everything", "score": 1, "quote": ""}]},
            {"findings": [{"label": "spam", "score": 1, "quote": "灰"}]},
            {"findings": [{"label": "custom:x", "score": 1, "quote": "灰"}]},
            {"findings": [{"label": "harassment", "score": 0, "quote": "灰"}], "scores": {"harassment": -1}},
        ],
        ids=str,
    )
    def test_it_is_heard_on_what_it_was_asked_alone(self, court: Court, answer) -> None:
        court.talker.say(answer)
        made = court.ask()
        court.look()
        judged = court.judged(made["id"])
        assert (judged["action"], judged["raised"]) == ("allow", [])
        assert court.cases() == []


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{one['way']} {one['language']}" for one in ATTACKS])
def test_a_message_that_gives_orders_stays_data(court: Court, attack) -> None:
    written = f"{GREY} {attack['text']}"
    court.ask(written, context=[{"text": attack["text"], "member": "u9"}])
    court.look()
    (asked,) = court.talker.asked
    system, user = (one["content"] for one in asked["messages"])
    assert system == load_prompt("judge").system.render()
    told = json.loads(user)
    assert told["message"] == written
    assert told["thread"] == [{"by": "member 1", "text": attack["text"]}]
    assert "\n" not in user
    assert not any(mark in user for mark in ("<|", "[INST]", "</s>", "{{"))


class TestTheThread:
    def test_context_of_the_request_goes_along_without_names(self, court: Court) -> None:
        context = [
            {"text": "一", "member": "u7"},
            {"text": "二", "member": "u1"},
            {"text": "三", "member": "u8"},
            {"text": "四"},
        ]
        court.ask(context=context)
        court.look()
        told = json.loads(court.talker.asked[0]["messages"][1]["content"])
        assert [one["by"] for one in told["thread"]] == ["member 1", "the author", "member 2", "somebody"]
        assert [one["text"] for one in told["thread"]] == ["一", "二", "三", "四"]
        assert "u7" not in court.talker.asked[0]["messages"][1]["content"]
        assert set(told["labels"]) == {"harassment", "self_harm"}

    def test_else_what_was_written_in_the_channel_before(self, court: Court) -> None:
        court.rule(context=2)
        for words, member in (("很早", "u5"), ("早", "u6"), ("剛才", "u1")):
            court.say(words, member)
        court.say("別處", "u6", channel="elsewhere")
        court.say(GREY)
        court.say("之後", "u6")
        court.look()
        told = json.loads(court.talker.asked[0]["messages"][1]["content"])
        assert told["thread"] == [{"by": "member 1", "text": "早"}, {"by": "the author", "text": "剛才"}]


class TestNothingIsLostOrDoneTwice:
    def test_a_model_that_is_away_is_asked_again(self, court: Court) -> None:
        made = court.ask()
        court.look(url="http://127.0.0.1:9/v1")
        judged = court.judged(made["id"])
        assert judged["state"] == "waiting"
        assert "cannot be reached" in judged["because"]
        court.look(timedelta(minutes=5))
        assert court.judged(made["id"])["raised"] == ["harassment"]

    def test_until_it_is_given_up(self, court: Court) -> None:
        court.rule(within_minutes=1_440)
        made = court.ask()
        for hour in range(5):
            court.look(timedelta(hours=hour), url="http://127.0.0.1:9/v1")
        judged = court.judged(made["id"])
        assert judged["state"] == "dead"
        assert "cannot be reached" in judged["because"]

    def test_a_worker_that_died_is_followed_by_another(self, court: Court) -> None:
        made = court.ask()
        now = datetime.now(UTC)
        with court.service.assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            assert judgements.claim(transaction, now, now + timedelta(minutes=6), 4)
        assert court.look() == 0
        assert court.look(timedelta(minutes=7)) == 1
        assert court.judged(made["id"])["state"] == "done"

    def test_workers_at_once_ask_once_and_open_one_case(self, court: Court) -> None:
        made = [court.ask() for _ in range(6)]
        with ThreadPoolExecutor(4) as threads:
            taken = list(threads.map(lambda _: court.look(), range(8)))
        assert sum(taken) == 6
        assert len(court.talker.asked) == 6
        assert sorted(one["decision_id"] for one in court.cases()) == sorted(one["id"] for one in made)

    def test_an_entry_finished_by_another_worker_changes_nothing(self, court: Court) -> None:
        made = court.ask()
        now = datetime.now(UTC)
        with court.service.assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            (entry,) = judgements.claim(transaction, now, now, 4)
        assert court.look(timedelta(seconds=1)) == 1
        database = court.service.assistant.database
        with database.transaction(court.community) as transaction:
            row = decisions.get(transaction, court.community, made["id"])
        late = Verdict({"findings": []}, {"model": "late", "prompt": "judge", "version": 1})
        settle(court.service.assistant, entry, row, load_policy(database, court.community), late)
        assert court.judged(made["id"])["model"] == "talker"

    def test_the_outbox_worker_leaves_it_alone(self, court: Court) -> None:
        made = court.ask()
        with working(court.service), talking():
            asyncio.run(asyncio.sleep(0.5))
        assert court.judged(made["id"])["state"] == "waiting"
