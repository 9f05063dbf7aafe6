"""A real client of the Model Context Protocol, over standard input and output, beside a running service."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters

from assistant.types.access import Scope
from assistant.types.content import Kind
from assistant.usecases.content.asking import SuggestionsRequest
from tests.commands import command
from tests.integration.faq.conftest import Faq

COMMAND = [sys.executable, "-m", "assistant.cli", "mcp"]


@asynccontextmanager
async def connected(faq: Faq, key: str, folder: Path, *more: str) -> AsyncIterator[Client]:
    environment = {"ASSISTANT_MCP_KEY": key, "ASSISTANT_DATA_DIR": str(folder), "PYTHONPATH": str(Path.cwd())}
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "--url", faq.service.url, *more], env=environment, cwd=folder
    )
    async with Client(server) as client:
        yield client


def run(faq: Faq, key: str, folder: Path, *calls: tuple[str, dict]) -> list:
    """The results of ``calls`` within one session."""

    async def session() -> list:
        async with connected(faq, key, folder) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(session)


def test_it_lists_its_tools_that_say_what_they_do(faq: Faq, tmp_path: Path) -> None:
    async def session() -> None:
        async with connected(faq, faq.service.key(community=faq.community), tmp_path) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask", "search", "moderate", "suggest"}
            assert all(tool.description and tool.output_schema for tool in tools.values())
            assert tools["search"].annotations.read_only_hint
            assert tools["ask"].annotations.read_only_hint is False
            assert tools["ask"].input_schema["required"] == ["question"]
            assert "data from outside" in client.instructions

    anyio.run(session)


def test_it_asks_goes_on_searches_and_screens(faq: Faq, tmp_path: Path) -> None:
    async def session() -> None:
        async with connected(faq, faq.service.key(Scope.PLATFORM, community=faq.community), tmp_path) as client:
            asked = await client.call_tool("ask", {"question": "怎麼退貨？"})
            assert not asked.is_error
            first = asked.structured_content
            assert (first["outcome"], first["citations"][0]["entry_id"]) == ("answer", "returns")
            assert json.loads(asked.content[0].text) == first
            again = await client.call_tool(
                "ask", {"question": "那運費呢？", "conversation_id": first["conversation_id"]}
            )
            assert again.structured_content["conversation_id"] == first["conversation_id"]
            found = await client.call_tool("search", {"question": "積分", "limit": 2})
            assert found.structured_content["passages"][0]["entry_id"] == "points"
            assert 0 <= found.structured_content["answerable"] <= 1
            screened = await client.call_tool("moderate", {"text": "加❤薇❤信 abc12345 日结300"})
            assert screened.structured_content["flagged"] is True
            assert screened.structured_content["reason"]["en"]
            assert screened.structured_content["degraded"] is False
            assert screened.structured_content["language_supported"] is True
            foreign = await client.call_tool("moderate", {"text": "Здравствуйте, я хочу обменять чайник."})
            assert foreign.structured_content["language_supported"] is False

    anyio.run(session)
    with faq.service.client(faq.service.key(community=faq.community)) as operator:
        assert operator.get("/v1/decisions").json()["decisions"] == []


def test_what_goes_wrong_is_told_to_the_model_that_called(faq: Faq, tmp_path: Path) -> None:
    member = faq.service.key(scope=Scope.MEMBER, community=faq.community)
    refused, empty, unknown = run(
        faq,
        member,
        tmp_path,
        ("moderate", {"text": "hi"}),
        ("ask", {"question": "   "}),
        ("ask", {"question": "hi", "conversation_id": "cnv_unknown"}),
    )
    assert refused.is_error
    assert "403: " in refused.content[0].text
    assert empty.is_error
    assert "400: " in empty.content[0].text
    assert unknown.is_error
    assert "404: " in unknown.content[0].text


def test_it_suggests_what_to_post(faq: Faq, tmp_path: Path) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    own = {"regions": ["tw"], "dates": [{"on": day, "name": "小樹生日"}]}
    assert faq.operator.put("/v1/content/settings", json=own).status_code == 200
    key = faq.service.key(Scope.OPERATOR, community=faq.community)
    wrong, right = run(
        faq,
        key,
        tmp_path,
        ("suggest", {"goal": "conquer"}),
        ("suggest", {"kinds": ["activity"], "count": 1, "language": "zh-Hant"}),
    )
    assert wrong.is_error
    [one] = right.structured_content["suggestions"]
    assert (one["kind"], one["machine"], one["blocked"]) == ("activity", False, False)
    assert "小樹生日" in one["title"]
    assert one["plan"]["begins"] < one["plan"]["ends"]
    assert all(one["plan"][name] for name in ("rules", "rewards", "staff", "sign_up", "check_in"))
    assert (one["language"], one["kind_name"], one["action"]) == ("zh-Hant", "活動", "allow")
    assert one["measure"]
    assert one["repetition"]["share"] == 0
    assert one["rewordings"] == {}
    days = right.structured_content["insight"]["occasions"]
    assert "小樹生日" in {day["name"] for day in days}
    [refused] = run(faq, faq.service.key(Scope.MEMBER, community=faq.community), tmp_path, ("suggest", {}))
    assert "403: " in refused.content[0].text


def test_what_may_be_asked_of_it_is_what_the_service_takes(faq: Faq, tmp_path: Path) -> None:
    async def session() -> None:
        async with connected(faq, faq.service.key(Scope.OPERATOR, community=faq.community), tmp_path) as client:
            [tool] = [one for one in (await client.list_tools()).tools if one.name == "suggest"]
            taken = set(tool.input_schema["properties"])
            assert taken == set(SuggestionsRequest.model_fields) - {"stream", "write"}
            assert all(kind in tool.input_schema["properties"]["kinds"]["description"] for kind in Kind)

    anyio.run(session)
    key, past = faq.service.key(Scope.OPERATOR, community=faq.community), "2020-01-01T12:00:00+08:00"
    segment, language, moment, days = run(
        faq,
        key,
        tmp_path,
        ("suggest", {"segment": "nobody"}),
        ("suggest", {"language": "ja"}),
        ("suggest", {"at": past, "ahead_days": 2, "tone": "warm", "count": 1}),
        ("suggest", {"ahead_days": 29}),
    )
    assert "404: " in segment.content[0].text
    assert "400: language" in language.content[0].text
    assert moment.structured_content["insight"]["until"].startswith("2020-01-01")
    assert all(one["best_time"] < "2020-01-04" for one in moment.structured_content["suggestions"])
    assert days.is_error


def test_a_key_of_no_community_names_one(faq: Faq, tmp_path: Path) -> None:
    async def session() -> None:
        key = faq.service.key(Scope.PLATFORM, community=None)
        async with connected(faq, key, tmp_path, "--community", faq.community) as client:
            found = await client.call_tool("search", {"question": "怎麼退貨？"})
            assert found.structured_content["passages"][0]["entry_id"] == "returns"
            screened = await client.call_tool("moderate", {"text": "hello there"})
            assert screened.structured_content["action"] == "allow"

    anyio.run(session)


def test_a_key_is_asked_for_and_may_stand_in_a_file(faq: Faq, tmp_path: Path) -> None:
    environment = {"ASSISTANT_DATA_DIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    without = command("mcp", env=environment, cwd=tmp_path)
    assert (without.returncode, without.stdout) == (2, "")
    assert "ASSISTANT_MCP_KEY" in without.stderr
    missing = command("mcp", "--key", "@nowhere", env=environment, cwd=tmp_path)
    assert missing.returncode == 4
    kept = tmp_path / "key"
    kept.write_text(faq.service.key(scope=Scope.MEMBER, community=faq.community) + "\n")
    [found] = run(faq, f"@{kept}", tmp_path, ("search", {"question": "怎麼退貨？"}))
    assert not found.is_error
