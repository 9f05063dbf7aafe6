"""Variables that are settings, and those that only look like one."""

from __future__ import annotations

import pytest

from assistant.errors import ConfigurationError
from assistant.settings import Settings, load_settings, unread_variables


def test_every_setting_and_what_commands_read_is_known() -> None:
    names = [f"ASSISTANT_{name.upper()}" for name in Settings.model_fields]
    others = ["ASSISTANT_CONFIG", "ASSISTANT_MCP_KEY", "ASSISTANT_DEMO_KEY", "ASSISTANT_RISK_MODEL", "PATH", "HOME"]
    assert unread_variables([*names, *others]) == {}


def test_what_nothing_reads_is_named_with_what_it_is_most_like() -> None:
    found = unread_variables(["ASSISTANT_PROT", "ASSISTANT_WORKRES", "ASSISTANT_RISKY", "ASSISTANT_SERVICE_HOST"])
    assert found["ASSISTANT_PROT"] == "ASSISTANT_PORT"
    assert found["ASSISTANT_WORKRES"] == "ASSISTANT_WORKERS"
    assert found["ASSISTANT_SERVICE_HOST"] is None
    assert "ASSISTANT_RISKY" in found


OPTIONAL = [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "GENERATOR_BASE_URL",
    "GENERATOR_API_KEY",
    "RISK_MODEL",
    "RISK_LABEL_MAP",
    "EMBEDDING_MODEL",
    "EMBEDDING_TRUNCATE",
]


@pytest.mark.parametrize("given", ["", "  "])
@pytest.mark.parametrize("name", OPTIONAL)
def test_a_variable_set_to_nothing_is_as_one_that_is_not_set(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name}", given)
    assert load_settings() == Settings()


def test_where_nothing_is_no_value_an_empty_one_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "")
    monkeypatch.setenv("ASSISTANT_LOG_LEVEL", "")
    with pytest.raises(ConfigurationError, match=r"port: .*; log\.level: "):
        load_settings()


@pytest.mark.parametrize("given", ["", " "])
@pytest.mark.parametrize(
    ("name", "said"), [("DATA_DIR", "data_dir"), ("HOST", "host"), ("EVAL_DATA_DIR", "eval.data_dir")]
)
def test_no_address_is_not_every_address_nor_no_folder_the_one_of_the_day(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str, given: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name}", given)
    with pytest.raises(ConfigurationError, match=rf"{said}: .*must not be empty"):
        load_settings()


def test_an_empty_text_stays_where_it_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EMBEDDING_QUERY_PROMPT", "")
    assert load_settings() == Settings()
