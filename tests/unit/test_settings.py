"""Variables that are settings, and those that only look like one."""

from __future__ import annotations

from assistant.settings import Settings, unread_variables


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
