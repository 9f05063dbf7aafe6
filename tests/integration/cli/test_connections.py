"""Connections, the outbox and dry runs from the command line, beside a running service."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.cli.exits import Exit
from assistant.settings import Settings
from assistant.store import deliveries
from assistant.store.database import Database
from assistant.types import Delivery, DeliveryKind, DeliveryState
from assistant.wiring import administration
from tests.commands import command
from tests.integration.cli.conftest import Run, Service
from tests.integration.cli.test_administration import ask, assistant, last_line
from tests.receiver import Receiver, receiving

Look = Callable[[str], dict]
TOKEN = "123456:a-token-that-nobody-may-read"


@pytest.fixture(scope="module")
def shop(service: Service) -> str:
    assistant(service, "communities", "create", "connected")
    return "connected"


@pytest.fixture(scope="module")
def operator(service: Service, shop: str) -> str:
    return last_line(assistant(service, "keys", "create", "--scope", "operator", "--community", shop))


@pytest.fixture(scope="module")
def look(service: Service, operator: str) -> Look:
    """A connection as the service shows it, which is quicker to ask than a new process."""

    def shown(connection: str) -> dict:
        status, view = ask(service, f"/v1/connections/{connection}", operator)
        assert status == 200, view
        return view

    return shown


@pytest.fixture
def database(service: Service) -> Iterator[Database]:
    with administration(Settings(data_dir=service.data_dir)) as database:
        yield database


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def add(service: Service, shop: str, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return assistant(service, "connections", "add", *arguments, "--community", shop, **options)


def identifier(done: subprocess.CompletedProcess[str]) -> str:
    """Of the connection, which stands in its address on the last line."""
    return last_line(done).rpartition("/")[2]


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    assert done.returncode == Exit.USAGE, (done.stdout, done.stderr)
    for one in said:
        assert one in done.stderr, done.stderr
    assert "con_" not in done.stdout


class TestAdding:
    def test_it_begins_in_dry_run_and_what_was_made_is_shown_once(
        self, service: Service, shop: str, look: Look
    ) -> None:
        done = add(service, shop, "webhooks", "--name", "前台", "--staff-channel", "staff", "--fail-mode", "closed")
        connection = identifier(done)
        assert last_line(done) == f"{service.url}/v1/hooks/{connection}"
        assert "dry run" in done.stderr
        secret = re.search(r"whsec_\S+", done.stderr)[0]
        assert secret not in done.stdout
        view = look(connection)
        assert (view["dry_run"], view["name"], view["staff_channel"]) == (True, "前台", "staff")
        assert (view["fail_mode"], view["secrets"], view["platform"]) == ("closed", ["secret"], "webhooks")
        printed = assistant(service, "connections", "show", connection).stdout
        assert json.loads(printed) == view
        assert secret not in printed
        listed = assistant(service, "connections", "list", "--community", shop).stdout
        for word in (connection, "webhooks", "前台", "dry run", "closed", "staff"):
            assert word in listed
        assert secret not in listed

    def test_a_name_given_over_the_api_does_not_steer_the_terminal(
        self, service: Service, shop: str, operator: str
    ) -> None:
        name = "\x1b]0;mine\x07\x1b[2J\u202eshop"
        status, made = ask(service, "/v1/connections", operator, {"platform": "webhooks", "name": name})
        assert (status, made["name"]) == (201, name)
        listed = assistant(service, "connections", "list", "--community", shop).stdout
        shown = assistant(service, "connections", "show", made["id"]).stdout
        assert "\x1b" not in listed + shown
        assert "\u202e" not in listed + shown
        assert json.loads(shown)["name"] == name

    def test_the_address_is_the_running_services_whatever_the_port_setting(self, service: Service, shop: str) -> None:
        env = {name: value for name, value in service.environment.items() if name != "ASSISTANT_PORT"}
        done = command("connections", "add", "webhooks", "--community", shop, env=env)
        connection = identifier(done)
        assert last_line(done) == f"{service.url}/v1/hooks/{connection}"
        shown = command("connections", "show", connection, env=env)
        assert f"{service.url}/v1/hooks/{connection}" in shown.stdout

    def test_a_secret_is_read_from_a_file_or_asked_for(
        self, service: Service, shop: str, token_file: Path, look: Look
    ) -> None:
        from_file = add(service, shop, "telegram", "--secret", f"token=@{token_file}")
        typed = add(service, shop, "telegram", "--secret", "token", stdin=f"{TOKEN}\n")
        for done in from_file, typed:
            connection = identifier(done)
            assert TOKEN not in done.stdout + done.stderr
            assert "token" in look(connection)["secrets"]

    def test_a_secret_on_the_command_line_is_refused_and_not_repeated(self, service: Service, shop: str) -> None:
        done = add(service, shop, "telegram", "--secret", f"token={TOKEN}")
        refused(done, "--secret token", "@FILE")
        assert TOKEN not in done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("telegraph",), ("platform", "telegram", "line")),
            (("webhooks", "--set", "url"), ("--set", "NAME=VALUE")),
            (("webhooks", "--set", "url=http://127.0.0.1:1/x"), ("settings.url",)),
            (("webhooks", "--set", 'orders=["shout"]'), ("settings.orders",)),
            (("webhooks", "--set", "colour=red"), ("settings.colour",)),
            (("telegram", "--secret", "token=@/nowhere"), ("--secret token", "cannot be read")),
            (("telegram",), ("secrets.token", "missing")),
        ],
    )
    def test_what_is_wrong_is_named(
        self, service: Service, shop: str, arguments: tuple[str, ...], said: tuple[str, ...]
    ) -> None:
        refused(add(service, shop, *arguments), *said)

    def test_unknown_secrets_and_communities_are_named(self, service: Service, shop: str, token_file: Path) -> None:
        refused(add(service, shop, "telegram", "--secret", f"tokn=@{token_file}"), "tokn", "token")
        refused(add(service, "nowhere", "webhooks"), "no such community")
        assert assistant(service, "connections", "add", "webhooks").returncode == Exit.USAGE

    def test_settings_come_from_a_file_and_single_ones_over_it(
        self, service: Service, shop: str, tmp_path: Path, look: Look
    ) -> None:
        file = tmp_path / "settings.toml"
        file.write_text('url = "https://a.example.org/"\nevents = ["decision"]\n')
        done = add(
            service, shop, "webhooks", "--settings", str(file), "--set", 'events=["*"]', "--set", "orders=[]", "--live"
        )
        view = look(identifier(done))
        assert view["settings"]["url"] == "https://a.example.org/"
        assert view["settings"]["events"] == ["*"]
        assert view["dry_run"] is False


class TestChanging:
    @pytest.fixture
    def connection(self, service: Service, shop: str) -> str:
        return identifier(add(service, shop, "webhooks", "--set", 'events=["case"]'))

    def test_what_is_named_changes_and_the_rest_stays(self, service: Service, connection: str, look: Look) -> None:
        done = assistant(
            service,
            *("connections", "set", connection, "--name", "後台", "--fail-mode", "open", "--staff-channel", "s9"),
            *("--on-review", "withhold", "--paid-messages", "--set", "url=https://b.example.org/"),
        )
        assert done.returncode == 0, done.stderr
        view = look(connection)
        assert (view["name"], view["fail_mode"], view["on_review"]) == ("後台", "open", "withhold")
        assert (view["paid_messages"], view["staff_channel"]) == (True, "s9")
        assert (view["settings"]["events"], view["settings"]["url"]) == (["case"], "https://b.example.org/")
        refused(assistant(service, "connections", "set", connection, "--set", "url=nonsense"), "settings.url")
        assert look(connection) == view

    def test_live_dry_run_and_disabled(self, service: Service, shop: str, connection: str, look: Look) -> None:
        assert assistant(service, "connections", "live", connection).returncode == 0
        assert look(connection)["dry_run"] is False
        assert assistant(service, "connections", "dry-run", connection).returncode == 0
        view = look(connection)
        assert (view["dry_run"], view["dry_run_since"] is not None) == (True, True)
        assert assistant(service, "connections", "disable", connection).returncode == 0
        assert "operator" in look(connection)["disabled_because"]
        assert "disabled" in assistant(service, "connections", "list", "--community", shop).stdout
        assert assistant(service, "connections", "live", connection).returncode == 0
        view = look(connection)
        assert (view["disabled_at"], view["disabled_because"], view["dry_run"]) == (None, None, False)

    def test_rotation_makes_asks_or_reads(
        self, service: Service, shop: str, connection: str, token_file: Path, look: Look
    ) -> None:
        made = assistant(service, "connections", "rotate", connection, "--secret", "secret", "--overlap-hours", "1")
        fresh = last_line(made)
        assert fresh.startswith("whsec_")
        assert fresh not in made.stderr
        assert "1 more hours" in made.stderr
        assert fresh not in json.dumps(look(connection))
        plain = assistant(service, "connections", "rotate", connection, "--secret", f"secret={TOKEN}")
        refused(plain, "@FILE")
        assert TOKEN not in plain.stdout + plain.stderr
        bot = identifier(add(service, shop, "telegram", "--secret", f"token=@{token_file}"))
        read = assistant(service, "connections", "rotate", bot, "--secret", f"token=@{token_file}")
        assert (read.returncode, read.stdout) == (0, "")
        assert TOKEN not in read.stderr
        unknown = assistant(service, "connections", "rotate", connection, "--secret", "nonsense", stdin="x\n")
        refused(unknown, "--secret", "public_key")

    def test_it_is_removed_after_a_question(self, service: Service, shop: str, operator: str, look: Look) -> None:
        connection = identifier(add(service, shop, "webhooks"))
        assert assistant(service, "connections", "remove", connection, stdin="n\n").returncode != 0
        assert look(connection)
        assert assistant(service, "connections", "remove", connection, stdin="y\n").returncode == 0
        refused(assistant(service, "connections", "show", connection), "no such connection")
        other = identifier(add(service, shop, "webhooks"))
        assert assistant(service, "connections", "remove", other, "--yes").returncode == 0
        status, trail = ask(service, f"/v1/audit?subject={other}", operator)
        assert status == 200
        assert [(one["action"], one["actor"]) for one in trail["entries"]] == [
            ("connection.remove", "command line"),
            ("connection.add", "command line"),
        ]

    @pytest.mark.parametrize("what", ["show", "live", "test", "report"])
    def test_unknown_ones_are_named(self, service: Service, what: str) -> None:
        refused(assistant(service, "connections", what, "con_none"), "no such connection")

    def test_whatever_the_terminal_sees_holds_no_secret(self, service: Service, database: Database) -> None:
        """The database holds them sealed, whoever added them."""
        with database.transaction("*") as connection:
            kept = connection.execute(text("SELECT string_agg(connections::text, ' ') FROM connections")).scalar_one()
            trail = connection.execute(text("SELECT string_agg(audit::text, ' ') FROM audit")).scalar_one()
        for secret in (TOKEN, "whsec_"):
            assert secret not in kept
            assert secret not in trail


class TestTesting:
    def test_it_says_line_by_line_what_is_right(self, service: Service, shop: str) -> None:
        with receiving() as receiver:
            env = service.environment | {"ASSISTANT_OUTGOING_ALLOW": f"127.0.0.1:{receiver.port}"}
            done = command(
                *("connections", "add", "webhooks", "--community", shop, "--set", f"url={receiver.url}"), env=env
            )
            connection = identifier(done)
            receiver.secret = re.search(r"whsec_\S+", done.stderr)[0]
            fine = command("connections", "test", connection, env=env)
            assert (fine.returncode, receiver.refused) == (0, []), fine.stdout
            assert [one.type for one in receiver.posted] == ["ping"]
            assert "ok  url" in fine.stdout
            assert "dry run" in fine.stdout
            self._wrong(receiver, connection, env)

    @staticmethod
    def _wrong(receiver: Receiver, connection: str, env: dict[str, str]) -> None:
        receiver.answers = [403]
        wrong = command("connections", "test", connection, env=env)
        assert wrong.returncode == Exit.REACHED
        assert re.search(r"^no\b.*403", wrong.stdout, re.MULTILINE)
        assert "Traceback" not in wrong.stderr
        private = {name: value for name, value in env.items() if name != "ASSISTANT_OUTGOING_ALLOW"}
        kept_in = command("connections", "test", connection, env=private)
        assert kept_in.returncode == Exit.REACHED
        assert "Traceback" not in kept_in.stderr


class TestReport:
    def test_what_a_dry_run_would_have_done_until_now(self, service: Service, shop: str) -> None:
        connection = identifier(add(service, shop, "webhooks", "--name", "報告"))
        done = assistant(service, "connections", "report", connection)
        assert done.returncode == 0, done.stderr
        assert "報告" in done.stdout
        assert "0" in done.stdout
        assert connection in done.stdout

    def test_what_is_live_is_not_said_to_have_done_nothing(self, service: Service, shop: str) -> None:
        connection = identifier(add(service, shop, "webhooks", "--name", "報告", "--live"))
        done = assistant(service, "connections", "report", connection)
        assert done.returncode == 0, done.stderr
        assert "is live" in done.stdout
        assert "Nothing was done" not in done.stdout
        assert assistant(service, "communities", "dry-run", shop).returncode == 0
        held = assistant(service, "connections", "report", connection)
        assert assistant(service, "communities", "dry-run", shop, "--off").returncode == 0
        assert "Nothing was done" in held.stdout


class TestCommunityDryRun:
    def test_it_is_switched_on_and_off(self, service: Service, shop: str, database: Database) -> None:
        def kept() -> bool:
            with database.transaction(shop) as connection:
                return connection.execute(text("SELECT dry_run FROM communities")).scalar_one()

        for argument, on in (("--on", True), ("--off", False)):
            done = assistant(service, "communities", "dry-run", shop, argument)
            assert done.returncode == 0, done.stderr
            assert kept() is on
        assert assistant(service, "communities", "dry-run", shop).returncode == 0
        assert kept() is True
        assistant(service, "communities", "dry-run", shop, "--off")
        refused(assistant(service, "communities", "dry-run", "nowhere"), "no such community")


class TestOutbox:
    @pytest.fixture
    def dead(self, shop: str, database: Database) -> list[str]:
        """Three that were given up, and one that was done."""
        now, some = datetime.now(UTC), secrets.token_hex(6)
        states = [DeliveryState.DEAD] * 3 + [DeliveryState.DONE]
        rows = [
            Delivery(
                id=f"dlv_test{some}{number}",
                community=shop,
                kind=DeliveryKind.ORDER,
                key=f"test:{some}:{number}",
                created_at=now,
                due_at=now,
                payload={"do": "hide", "text": "words that nobody may read"},
                state=state,
                because="the receiver answered 403",
                attempts=10,
                finished_at=now,
            )
            for number, state in enumerate(states)
        ]
        with database.transaction(shop) as connection:
            assert deliveries.add(connection, rows) == 4
        return [row.id for row in rows]

    def test_what_was_given_up_is_listed_and_driven_again(
        self, service: Service, shop: str, dead: list[str], operator: str
    ) -> None:
        listed = assistant(service, "outbox", "list", "--community", shop).stdout
        for one in dead[:3]:
            assert one in listed
        assert dead[3] not in listed
        assert "the receiver answered 403" in listed
        assert "hide" in listed
        assert "words that nobody may read" not in listed
        assert "3 dead" in listed
        done = assistant(service, "outbox", "list", "--community", shop, "--state", "done").stdout
        assert dead[3] in done
        refused(assistant(service, "outbox", "redrive", "--community", shop, dead[0], dead[3]), "no such dead delivery")
        one = assistant(service, "outbox", "redrive", "--community", shop, dead[0])
        assert "1 deliveries wait again" in one.stdout
        rest = assistant(service, "outbox", "redrive", "--community", shop)
        assert int(rest.stdout.split()[0]) >= 2, "the service's worker may have given up the first again meanwhile"
        _, trail = ask(service, "/v1/audit?subject=outbox", operator)
        assert [one["actor"] for one in trail["entries"]] == ["command line"] * 2
        assert trail["entries"][1]["details"] == {"deliveries": 1}

    def test_another_communitys_are_not_there(self, service: Service, shop: str, dead: list[str]) -> None:
        assert dead[0] not in assistant(service, "outbox", "list", "--community", "demo").stdout
        refused(assistant(service, "outbox", "redrive", "--community", "demo", dead[0]), "no such dead delivery")


def test_trying_a_connection_makes_no_key(run: Run, tmp_path: Path) -> None:
    run("communities", "create", "shop")
    connection = identifier(run("connections", "add", "webhooks", "--community", "shop"))
    key = tmp_path / "data" / "secret.key"
    key.unlink()
    tried = run("connections", "test", connection)
    assert tried.returncode == Exit.CANNOT_START
    assert "put back secret.key" in tried.stderr
    assert not key.exists()
