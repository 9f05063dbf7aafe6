"""What is never done by itself: over the hour's bound, by a machine alone, or on a dry run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.store import deliveries as outbox
from assistant.types import LadderStep, Penalties, Step
from assistant.types.penalties import Hourly, Weights
from assistant.usecases.entries import follow_up
from assistant.usecases.reports import report_due
from tests.integration.platforms.conftest import ADVERT, CLEAN, Shop
from tests.integration.platforms.outbox_state import deliveries, nothing_waits, rule, until
from tests.live_service import Service

MUTES = Penalties(ladder=(LadderStep(1, Step.MUTE, 60),), hourly=Hourly(mute=1))


class TestHourlyBound:
    @pytest.fixture
    def bounded(self, shop: Shop) -> Shop:
        """One member is muted; a second one would have been."""
        rule(shop, MUTES)
        shop.say(ADVERT, "first")
        shop.receiver.wait("order.mute")
        shop.say(ADVERT, "second")
        until(lambda: shop.cases(kind="penalty"))
        return shop

    def test_what_is_over_it_waits_for_a_person_and_systems_are_told(self, bounded: Shop) -> None:
        (alert,) = bounded.receiver.wait("alert")
        (case,) = bounded.cases(kind="penalty")
        assert (alert.data["alert"], alert.data["step"], alert.data["case_id"]) == (
            "penalties_held",
            "mute",
            case["id"],
        )
        assert (case["member"], case["details"]["step"], case["details"]["because"]) == ("second", "mute", "hourly")
        until(lambda: nothing_waits(bounded))
        assert [one.data["member_id"] for one in bounded.receiver.of("order.mute")] == ["first"]
        assert deliveries(bounded, do="mute", member="second") == []
        record = bounded.record("second")
        assert [one["state"] for one in record["penalties"]] == ["held"]
        assert record["points"] == 1, "the strike counts all the same"
        (told,) = bounded.receiver.wait("order.message", where=lambda one: one.data["member_id"] == "second")
        assert "禁言" not in told.data["text"], "nobody is told of a step that is not taken"

    def test_a_step_that_is_held_does_not_use_up_the_bound_and_one_alert_is_enough(self, bounded: Shop) -> None:
        hour = datetime.now(UTC).hour
        bounded.receiver.wait("alert")
        bounded.say(ADVERT, "third")
        until(lambda: len(bounded.cases(kind="penalty")) == 2)
        until(lambda: nothing_waits(bounded))
        if datetime.now(UTC).hour == hour:
            assert len(bounded.receiver.of("alert")) == 1

    def test_a_person_takes_the_step(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        began = datetime.now(UTC)
        assert bounded.resolve(case["id"], "remove").status_code == 200
        (mute,) = bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")
        ends = datetime.fromisoformat(mute.data["until"])
        assert timedelta(minutes=59) < ends - began < timedelta(minutes=61)
        (told,) = bounded.receiver.wait(
            "order.message", where=lambda one: one.data["member_id"] == "second" and "禁言" in one.data["text"]
        )
        assert "管理员" in told.data["text"], "it says that a person decided"
        (event,) = bounded.receiver.wait("penalty", where=lambda one: one.data["member_id"] == "second")
        assert (event.data["state"], event.data["step"]) == ("applied", "mute")
        assert [one["state"] for one in bounded.record("second")["penalties"]] == ["applied"]
        trail = bounded.operator.get("/v1/audit", params={"subject": case["id"]}).json()["entries"]
        assert trail[0]["actor"].startswith("ming")

    def test_taken_late_it_lasts_as_long_from_then(self, bounded: Shop) -> None:
        """Nobody came for three hours: the mute of one hour has not ended before it begins."""
        (case,) = bounded.cases(kind="penalty")
        with bounded.service.assistant.database.transaction(bounded.community) as transaction:
            held = {"case": case["decision_id"]}
            # its making cannot be changed, so one that was made three hours ago takes its place
            transaction.execute(
                text(
                    "WITH old AS (DELETE FROM penalties WHERE decision_id = :case RETURNING *) "
                    "INSERT INTO penalties SELECT id, community, connection_id, member_id, channel, refs, step, "
                    "ends_at - interval '3 hours', decision_id, state, because, created_at - interval '3 hours', "
                    "lifted_at FROM old"
                ),
                held,
            )
        began = datetime.now(UTC)
        assert bounded.resolve(case["id"], "remove").status_code == 200
        (mute,) = bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")
        ends = datetime.fromisoformat(mute.data["until"])
        assert timedelta(minutes=59) < ends - began < timedelta(minutes=61)

    def test_a_person_spares_the_member(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        assert bounded.resolve(case["id"], "approve").status_code == 200
        until(lambda: nothing_waits(bounded))
        assert deliveries(bounded, do="mute", member="second") == []
        record = bounded.record("second")
        assert [(one["state"]) for one in record["penalties"]] == ["lifted"]
        assert record["points"] == 1, "the step alone is spared"

    def test_sparing_can_be_taken_back(self, bounded: Shop) -> None:
        (case,) = bounded.cases(kind="penalty")
        bounded.resolve(case["id"], "approve")
        assert bounded.resolve(case["id"], "undo").json()["state"] == "open"
        record = bounded.record("second")
        assert record["points"] == 1, "the decision itself was not taken back"
        assert [one["state"] for one in record["penalties"]] == ["held"]
        assert deliveries(bounded, do="restore") == []
        assert bounded.resolve(case["id"], "remove").status_code == 200
        bounded.receiver.wait("order.mute", where=lambda one: one.data["member_id"] == "second")

    def test_the_bound_is_the_communitys_own(self, bounded: Shop, platform_service: Service, receiver) -> None:
        other = Shop(platform_service, receiver)
        rule(other, MUTES)
        other.say(ADVERT, "elsewhere")
        until(lambda: [one["state"] for one in other.record("elsewhere")["penalties"]] == ["applied"])
        other.close()

    def test_warnings_are_not_mutes(self, shop: Shop) -> None:
        ladder = (LadderStep(1, Step.WARNING), LadderStep(2, Step.MUTE, 60))
        rule(shop, Penalties(ladder=ladder, hourly=Hourly(mute=1)))
        for member in ("a", "b", "c"):
            shop.say(ADVERT, member)
        shop.say(ADVERT, "a")
        shop.receiver.wait("order.mute")
        assert shop.cases(kind="penalty") == []


def test_nobody_is_banned_by_a_machine_unless_the_policy_says_so(shop: Shop) -> None:
    """The shipped ladder, and a violation heavy enough for its last step."""
    rule(shop, Penalties(weights={"*": Weights(hide=12)}))
    shop.say(ADVERT)
    (case,) = until(lambda: shop.cases(kind="penalty"))
    assert (case["details"]["step"], case["details"]["because"]) == ("ban", "not_automatic")
    until(lambda: nothing_waits(shop))
    assert shop.receiver.of("order.ban") == []
    assert shop.receiver.of("alert") == [], "no bound was tripped"
    assert shop.resolve(case["id"], "remove").status_code == 200
    (ban,) = shop.receiver.wait("order.ban")
    assert (ban.data["member_id"], ban.data["until"]) == ("u1", None)
    until(lambda: nothing_waits(shop))
    shop.resolve(case["id"], "undo")
    shop.receiver.wait("order.unban")


def test_a_policy_may_ban_by_itself(shop: Shop) -> None:
    rule(shop, Penalties(ladder=(LadderStep(1, Step.BAN, 60),)))
    shop.say(ADVERT)
    shop.receiver.wait("order.ban")
    assert shop.cases(kind="penalty") == []


def test_a_first_day_of_dry_run_is_reported_once(platform_service: Service, receiver) -> None:
    shop = Shop(platform_service, receiver, dry_run=True, name="前台")
    assistant = platform_service.assistant
    for member in ("u1", "u1", "u1", "u2"):
        shop.say(ADVERT, member)
    shop.say(CLEAN)
    shop.say(ADVERT, "u3", before=True)
    until(lambda: nothing_waits(shop) and shop.record("u1")["strikes"])

    def reports() -> list[dict]:
        return [case for case in shop.cases(kind="alert") if case["details"]["alert"] == "dry_run_report"]

    report_due(assistant)
    assert reports() == [], "its first day is not over"
    with assistant.database.transaction(shop.community) as transaction:
        transaction.execute(text("UPDATE connections SET dry_run_since = dry_run_since - interval '25 hours'"))
    report_due(assistant)
    (case,) = reports()
    counts = case["details"]["counts"]
    assert counts["decisions"] == 6
    assert counts["hide"] == 4
    assert counts["reject"] == 1
    assert counts["penalty mute"] == 1
    assert counts["mute"] == 1
    assert "前台" in case["details"]["text"]
    (event,) = shop.receiver.wait("alert")
    assert (event.data["alert"], event.data["connection_id"]) == ("dry_run_report", shop.connection.id)
    assert event.data["counts"] == counts
    with assistant.database.transaction(shop.community) as transaction:
        assert transaction.scalar(text("SELECT reported_at FROM connections")) is not None
    report_due(assistant)
    assert len(reports()) == 1
    assert not [one for one in shop.receiver.posted if one.type.startswith("order.")]
    shop.close()


def test_strikes_of_a_dry_run_do_not_count_once_it_is_live(platform_service: Service, receiver) -> None:
    shop = Shop(platform_service, receiver, dry_run=True)
    for _ in range(2):
        shop.say(ADVERT)
    until(lambda: len(shop.record()["strikes"]) == 2)
    assert shop.operator.patch(f"/v1/connections/{shop.connection.id}", json={"dry_run": False}).status_code == 200
    platform_service.assistant.registry.refresh()
    time.sleep(2.1)  # the worker's own registry
    shop.say(ADVERT)
    shop.receiver.wait("order.hide")
    until(lambda: len(shop.record()["strikes"]) == 3)
    until(lambda: nothing_waits(shop))
    assert shop.record()["points"] == 1
    assert shop.receiver.of("order.mute") == []
    shop.close()


def test_what_was_decided_on_a_dry_run_is_not_carried_out_by_a_worker_that_comes_late(shop: Shop) -> None:
    """The connection went live between the decision and its follow-up."""
    said = shop.say(CLEAN, "late")
    payload = {"label": "spam", "weight": 3, "help": False, "tell": True, "language": "en", "dry_run": True}
    now = datetime.now(UTC)
    entry = follow_up(shop.community, shop.connection.id, said["decision_id"], payload, now)
    with shop.service.assistant.database.transaction(shop.community) as transaction:
        outbox.add(transaction, [entry])
    until(lambda: shop.record("late")["penalties"] and nothing_waits(shop))
    assert [one["state"] for one in shop.record("late")["penalties"]] == ["dry_run"]
    for do in ("mute", "message"):
        (order,) = deliveries(shop, do=do, member="late")
        assert (order["state"], order["because"]) == ("skipped", "dry_run"), do
