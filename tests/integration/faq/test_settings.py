"""The bot's settings: what is wrong is told by its field and limit, and the schema says so before."""

from __future__ import annotations

import pytest

from tests.integration.faq.conftest import Faq

MONDAY = {"days": [1], "begins": "09:00", "ends": "18:00"}


@pytest.mark.parametrize(
    ("document", "field", "limit"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Asia/Taipei"),
        ({"floor": 1.5}, "floor", 1),
        ({"floor": -0.1}, "floor", 0),
        ({"gap": 2}, "gap", 1),
        ({"chips": 11}, "chips", 10),
        ({"chips": -1}, "chips", 0),
        ({"promised_minutes": 0}, "promised_minutes", 1),
        ({"promised_minutes": 10_081}, "promised_minutes", 10_080),
        ({"write_to": "x" * 501}, "write_to", 500),
        ({"contacts": ["x"] * 501}, "contacts", 500),
        ({"called": ["@"]}, "called[0]", 2),
        ({"called": ["x" * 101]}, "called[0]", 100),
        ({"called": ["@bot"] * 21}, "called", 20),
        ({"hours": [MONDAY] * 51}, "hours", 50),
        ({"hours": [MONDAY | {"days": [8]}]}, "hours[0].days[0]", 7),
        ({"hours": [MONDAY | {"days": []}]}, "hours[0].days", 1),
        ({"hours": [MONDAY | {"begins": "9"}]}, "hours[0].begins", "HH:MM"),
        ({"hours": [MONDAY, MONDAY | {"ends": "08:00"}]}, "hours[1].ends", "09:00"),
        ({"lookup_url": "https://shop.example"}, "lookup_connection", "lookup_url"),
        ({"lookup_connection": "con_1"}, "lookup_connection", "lookup_url"),
        ({"colour": "red"}, "colour", None),
    ],
)
def test_a_wrong_field_is_told_with_its_limit(faq: Faq, document: dict, field: str, limit: object) -> None:
    answer = faq.operator.put("/v1/faq/settings", json=document)
    assert answer.status_code in {400, 413}
    assert (answer.json()["field"], answer.json()["limit"]) == (field, limit), answer.text


def test_what_is_wrong_is_said_in_the_readers_language(faq: Faq) -> None:
    wrong = {"time_zone": "Mars/Olympus"}
    answer = faq.operator.put("/v1/faq/settings", json=wrong, headers={"accept-language": "zh-Hant"})
    assert answer.json()["detail"] == "time_zone：應為時區名稱，例如 Asia/Taipei"


def test_all_fields_are_kept_and_stand_in_the_schema(faq: Faq) -> None:
    document = {
        "enabled": True,
        "default_language": "zh-Hant-HK",
        "floor": 0.4,
        "gap": 0.1,
        "time_zone": "Asia/Hong_Kong",
        "hours": [MONDAY, {"days": [6, 7], "begins": "10:00", "ends": "24:00"}],
        "promised_minutes": 10_080,
        "write_to": "help@shop.example",
        "lookup_url": None,
        "lookup_connection": None,
        "contacts": ["02-2345-6789"],
        "use_generator": False,
        "chips": 10,
        "called": ["@shopbot"],
        "in_private": True,
    }
    assert faq.operator.put("/v1/faq/settings", json=document).json() == document
    assert faq.operator.get("/v1/faq/settings").json() == document
    schemas = faq.operator.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["FaqSettingsShape"]["properties"].keys() == document.keys()
    assert schemas["FaqSettingsShape"]["properties"]["chips"] | {"title": ""} == {
        "title": "",
        "type": "integer",
        "minimum": 0,
        "maximum": 10,
        "default": 4,
    }
    assert schemas["HoursShape"]["required"] == ["days", "begins", "ends"]


def test_what_is_left_out_takes_its_default(faq: Faq) -> None:
    faq.settings(chips=2, write_to="x")
    assert faq.operator.put("/v1/faq/settings", json={}).json()["chips"] == 4
    assert faq.operator.get("/v1/faq/settings").json()["write_to"] == ""
