"""Mutes and bans end when they are to end, where the platform does not end them by itself, and not before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from assistant.platforms import PLATFORMS
from assistant.types import LadderStep, Penalties, Step
from tests.integration.platforms.conftest import ADVERT, Shop
from tests.integration.platforms.outbox_state import deliveries, nothing_waits, rule, until
from tests.integration.platforms.test_cannot import Api, api
from tests.live_service import Service

__all__ = ["api"]

ORDERS = ("delete", "mute", "unmute", "ban", "unban")


class Mapped(Shop):
    """A community on a platform of its own, whose calls are mapped and whose penalties we end."""

    def __init__(self, service: Service, api: Api) -> None:
        self.service, self.community = service, service.community()
        settings = {
            "fields": {"text": "text", "message_id": "id", "member_id": "user", "channel": "room"},
            "signature": {"scheme": "token", "place": "header", "name": "x-token"},
            "calls": {do: {"url": f"{api.url}/{do}", "body": {"member": "{member_id}"}} for do in ORDERS},
        }
        self.connection = service.connect(self.community, "mapping", {"secret": "s3cret-token"}, settings=settings).row
        self.client = service.client()
        self.operator = service.client(service.key(community=self.community))
        self.said = 0

    def say(self, words: str, member: str = "u1", **_: object) -> dict:
        self.said += 1
        body = {"text": words, "id": f"m{self.said}", "user": member, "room": "general"}
        path = f"/v1/hooks/{self.connection.id}"
        assert self.client.post(path, json=body, headers={"x-token": "s3cret-token"}).status_code == 200
        return body

    def penalties(self, step: str, member: str = "u1") -> list[dict]:
        """The oldest first."""
        return [one for one in reversed(self.record(member)["penalties"]) if one["step"] == step]

    def ends_now(self, penalty: dict) -> None:
        """Its time is over, and the order that ends it is due."""
        with self.service.assistant.database.transaction(self.community) as transaction:
            values = {"id": penalty["id"], "key": f"un%:{penalty['id']}:%"}
            transaction.execute(text("UPDATE penalties SET ends_at = now() WHERE id = :id"), values)
            due = text("UPDATE deliveries SET due_at = now() WHERE key LIKE :key AND state = 'waiting'")
            assert transaction.execute(due, values).rowcount == 1


@pytest.fixture
def mapped(platform_service: Service, api: Api):
    mapped = Mapped(platform_service, api)
    yield mapped
    mapped.close()


def asked(api: Api, do: str) -> list[str]:
    return [body["member"] for path, body in api.asked if path == f"/{do}"]


@pytest.mark.parametrize(("step", "do", "undo"), [(Step.MUTE, "mute", "unmute"), (Step.BAN, "ban", "unban")])
def test_a_step_with_an_end_is_ended(mapped: Mapped, api: Api, step, do, undo) -> None:
    rule(mapped, Penalties(ladder=(LadderStep(1, step, 60),)))
    mapped.say(ADVERT)
    until(lambda: asked(api, do) == ["u1"])
    assert asked(api, undo) == []
    mapped.ends_now(mapped.penalties(do)[0])
    until(lambda: asked(api, undo) == ["u1"])


@pytest.mark.parametrize(("step", "do", "undo"), [(Step.MUTE, "mute", "unmute"), (Step.BAN, "ban", "unban")])
def test_the_end_of_a_short_step_does_not_end_a_longer_one(mapped: Mapped, api: Api, step, do, undo) -> None:
    rule(mapped, Penalties(ladder=(LadderStep(1, step, 60), LadderStep(2, step, 1440))))
    for member in ("u1", "u1", "u2"):
        mapped.say(ADVERT, member)
    until(lambda: len(mapped.penalties(do)) == 2 and mapped.penalties(do, "u2") and len(asked(api, do)) == 3)
    short, long = sorted(mapped.penalties(do), key=lambda one: one["ends_at"])
    mapped.ends_now(short)
    mapped.ends_now(mapped.penalties(do, "u2")[0])
    until(lambda: asked(api, undo) == ["u2"])
    until(lambda: [one["because"] for one in deliveries(mapped, do=undo, member="u1")].count("another_holds") == 1)
    mapped.ends_now(long)
    until(lambda: asked(api, undo) == ["u2", "u1"])


def test_what_is_left_of_two_mutes_is_what_the_platform_is_told(shop: Shop) -> None:
    """It ends them by itself, by the last end that it was told."""
    rule(shop, Penalties(ladder=(LadderStep(1, Step.MUTE, 60), LadderStep(2, Step.MUTE, 1440))))
    shop.say(ADVERT)
    until(lambda: len(shop.record()["penalties"]) == 1)
    shop.say(ADVERT)
    until(lambda: len(shop.receiver.of("order.mute")) == 2 and nothing_waits(shop))
    long, short = shop.record()["penalties"]
    assert long["ends_at"] > short["ends_at"]
    path = f"/v1/decisions/{long['decision_id']}/overturn"
    shop.operator.post(path, json={"reason": "a quotation", "actor": "ming"}).raise_for_status()
    cut = shop.receiver.wait("order.mute", count=3)[-1]
    assert (cut.data["member_id"], cut.data["until"]) == ("u1", short["ends_at"])
    path = f"/v1/decisions/{short['decision_id']}/overturn"
    shop.operator.post(path, json={"reason": "a quotation", "actor": "ming"}).raise_for_status()
    shop.receiver.wait("order.unmute")
    assert len(shop.receiver.of("order.mute")) == 3


def test_the_shorter_of_two_mutes_is_taken_back_without_a_word(shop: Shop) -> None:
    rule(shop, Penalties(ladder=(LadderStep(1, Step.MUTE, 60), LadderStep(2, Step.MUTE, 1440))))
    said = [shop.say(ADVERT)["decision_id"]]
    until(lambda: len(shop.record()["penalties"]) == 1)
    said += [shop.say(ADVERT)["decision_id"] for _ in range(2)]
    until(lambda: len(shop.record()["strikes"]) == 3 and nothing_waits(shop))
    mutes = len(shop.receiver.of("order.mute"))
    path = f"/v1/decisions/{said[0]}/overturn"
    shop.operator.post(path, json={"reason": "a quotation", "actor": "ming"}).raise_for_status()
    until(lambda: nothing_waits(shop))
    assert (len(shop.receiver.of("order.mute")), shop.receiver.of("order.unmute")) == (mutes, [])


def test_a_step_without_an_end_is_not_ended(mapped: Mapped, api: Api) -> None:
    rule(mapped, Penalties(ladder=(LadderStep(1, Step.BAN),)))
    mapped.say(ADVERT)
    until(lambda: asked(api, "ban") == ["u1"] and nothing_waits(mapped))
    assert deliveries(mapped, do="unban") == []


def test_platforms_without_ends_of_their_own_can_be_told_to_end() -> None:
    for platform in PLATFORMS.values():
        does = {one.value for one in platform.capabilities.does}
        assert platform.capabilities.ends_mutes or {"mute", "unmute"} <= does, platform.name
        assert platform.capabilities.ends_bans or {"ban", "unban"} <= does, platform.name
    assert {name for name, one in PLATFORMS.items() if not one.capabilities.ends_bans} == {
        "discord",
        "mapping",
        "matrix",
    }
