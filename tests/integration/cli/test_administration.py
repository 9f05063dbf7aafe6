"""Keys, communities and policies from the command line, beside a running service."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from assistant.cli.exits import Exit
from tests.commands import command
from tests.integration.cli.conftest import Service


def ask(service: Service, path: str, key: str, body: dict | None = None, method: str | None = None) -> tuple[int, dict]:
    request = urllib.request.Request(
        service.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def assistant(service: Service, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    done = command(*arguments, env=service.environment, **options)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_a_key_is_alone_on_the_last_line_and_works_at_once(service: Service) -> None:
    key = last_line(
        assistant(service, "keys", "create", "--scope", "platform", "--community", "demo", "--name", "test")
    )
    status, answer = ask(service, "/v1/moderate", key, {"text": "hello"})
    assert (status, answer["action"]) == (200, "allow")
    listed = assistant(service, "keys", "list").stdout
    assert "test" in listed
    assert key not in listed


def test_rotation_overlaps_and_revocation_ends(service: Service) -> None:
    made = assistant(service, "keys", "create", "--scope", "platform", "--community", "demo")
    old, old_id = last_line(made), made.stdout.split()[1].rstrip(",")
    new = last_line(assistant(service, "keys", "rotate", old_id, "--overlap-hours", "1"))
    assert {ask(service, "/v1/moderate", key, {"text": "hi"})[0] for key in (old, new)} == {200}
    assert assistant(service, "keys", "revoke", old_id).returncode == 0
    assert assistant(service, "keys", "revoke", old_id).returncode == Exit.USAGE


def test_keys_of_unknown_communities_are_refused(service: Service) -> None:
    done = assistant(service, "keys", "create", "--scope", "platform", "--community", "nobody")
    assert done.returncode == Exit.USAGE
    assert "no such community" in done.stderr


def test_a_community_is_made_in_a_language_and_changed_to_another(service: Service) -> None:
    def spoken() -> str:
        listed = assistant(service, "communities", "list").stdout.splitlines()
        return next(line for line in listed if "teashop" in line)

    assert assistant(service, "communities", "create", "teashop", "--language", "zh-HK").returncode == 0
    assert "zh-Hant-HK" in spoken()
    assert "zh-Hant" in assistant(service, "communities", "language", "teashop", "zh-Hant").stdout
    assert "zh-Hant-HK" not in spoken()
    for arguments in (
        ("language", "teashop", "fr"),
        ("language", "nobody", "en"),
        ("create", "x1", "--language", "fr"),
    ):
        assert assistant(service, "communities", *arguments).returncode == Exit.USAGE


def test_a_new_community_has_a_policy_and_what_is_its_own_is_exempt(service: Service, tmp_path) -> None:
    assistant(
        service, "communities", "create", "shop", "--name", "My shop", "--account", "myshop888", "--staff", "boss"
    )
    assert "shop" in assistant(service, "communities", "list").stdout
    assert assistant(service, "communities", "create", "shop").returncode == Exit.USAGE
    key = last_line(assistant(service, "keys", "create", "--scope", "operator", "--community", "shop"))
    assert ask(service, "/v1/moderate", key, {"text": "加微信 abc123"})[1]["flagged"]
    assert not ask(service, "/v1/moderate", key, {"text": "加微信 abc123", "member": {"id": "boss"}})[1]["flagged"]


def test_a_policy_is_shown_checked_set_and_in_force_within_seconds(service: Service, tmp_path) -> None:
    assistant(service, "communities", "create", "policyshop")
    policy = json.loads(assistant(service, "policy", "show", "--community", "policyshop").stdout)
    assert (policy["id"], policy["version"]) == ("policyshop", 1)
    policy["lists"] = [{"id": "spoilers", "label": "custom:劇透", "terms": ["兇手是管家"]}]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy), "utf-8")
    assert assistant(service, "policy", "check", str(file)).returncode == 0
    assert "version 2" in assistant(service, "policy", "set", str(file), "--community", "policyshop").stdout
    stale = assistant(service, "policy", "set", str(file), "--community", "policyshop")
    assert stale.returncode == Exit.USAGE
    assert "version is now 2" in stale.stderr
    key = last_line(assistant(service, "keys", "create", "--scope", "platform", "--community", "policyshop"))
    _, answer = ask(service, "/v1/moderate", key, {"text": "兇手是管家"})
    assert (answer["policy"]["version"], answer["action"]) == (2, "review")
    (tmp_path / "bad.json").write_text(
        '{"thresholds": {"spam": {"review": 0.5}}, "patterns": [{"id": "x", "label": "spam", "pattern": "(?=a)"}]}'
    )
    bad = assistant(service, "policy", "check", str(tmp_path / "bad.json"))
    assert bad.returncode == Exit.USAGE
    assert "RE2" in bad.stderr


def test_a_policy_that_was_shown_can_be_handed_in_again(service: Service, tmp_path) -> None:
    """The demo's, and that of a community made as the README says."""
    made = assistant(service, "communities", "create", "guided", "--domain", "shop.example", "--staff", "u42")
    assert made.returncode == 0
    file = tmp_path / "policy.json"
    for community in ("demo", "guided"):
        file.write_text(assistant(service, "policy", "show", "--community", community).stdout, "utf-8")
        checked = assistant(service, "policy", "check", str(file))
        assert checked.returncode == 0, checked.stderr
    assert "version 2" in assistant(service, "policy", "set", str(file), "--community", "guided").stdout


def test_what_is_a_communitys_own_is_read_as_in_a_policy(service: Service) -> None:
    for option, value, field in (("--domain", "shop", "own.domains[0]"), ("--phone", "x", "own.phones[0]")):
        refused = assistant(service, "communities", "create", "oddshop", option, value)
        assert refused.returncode == Exit.USAGE
        assert field in refused.stderr
    assert assistant(service, "communities", "create", "oddshop", "--domain", "https://Odd.com/").returncode == 0
    shown = json.loads(assistant(service, "policy", "show", "--community", "oddshop").stdout)
    assert shown["own"]["domains"] == ["odd.com"]


def test_what_could_not_be_kept_or_written_is_said_by_its_option(service: Service, tmp_path) -> None:
    for arguments, option in (
        (("keys", "create", "--scope", "platform", "--requests-per-minute", "3000000000"), "--requests-per-minute"),
        (("policy", "suggest", "--community", "demo", "--write", str(tmp_path / "none" / "p.json")), "--write"),
    ):
        refused = assistant(service, *arguments)
        assert refused.returncode == Exit.USAGE
        assert option in refused.stderr


def test_the_demo_plays_through_the_service(service: Service) -> None:
    done = assistant(service, "demo", "--language", "zh-Hant")
    assert done.returncode == 0, done.stderr
    for word in ("allow", "spam", "review", "zh-Hant", "zh-Hans", "en"):
        assert word in done.stdout


def test_the_doctor_knows_the_service_and_finds_a_port_in_use(service: Service) -> None:
    beside = assistant(service, "doctor")
    assert beside.returncode == 0, beside.stdout
    assert "taken by this service" in beside.stdout
    assert "PostgreSQL 18" in beside.stdout
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = {"ASSISTANT_PORT": str(other.getsockname()[1])}
        done = command("doctor", env=service.environment | taken)
    assert done.returncode == Exit.CANNOT_START
    assert "Address already in use" in done.stdout
    free = command("doctor", env=service.environment | {"ASSISTANT_PORT": "0"})
    assert free.returncode == 0, free.stdout
    assert f"the service is running at {service.url}" in " ".join(free.stdout.split())


def test_the_doctor_names_variables_that_nothing_reads(service: Service) -> None:
    unread = {"ASSISTANT_PORT": "0", "ASSISTANT_PUBLIC_ULR": "https://m.example", "ASSISTANT_SERVICE_HOST": "10.0.0.1"}
    done = command("doctor", env=service.environment | unread)
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stdout
    assert "ASSISTANT_PUBLIC_ULR is no setting" in said
    assert "ASSISTANT_PUBLIC_URL?" in said
    assert "ASSISTANT_SERVICE_HOST is no setting" in said


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PORT", "no number", "port"),
        ("PUBLIC_URL", "ftp:nothing", "public_url"),
        ("LOG_LEVEL", "shouting", "log.level"),
        ("CONFIG", "/nowhere.toml", "ASSISTANT_CONFIG"),
    ],
)
def test_a_wrong_setting_is_named(service: Service, setting: str, value: str, said: str) -> None:
    done = command("doctor", env=service.environment | {"ASSISTANT_PORT": "0", f"ASSISTANT_{setting}": value})
    assert done.returncode == Exit.CANNOT_START
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_moderate_takes_a_communitys_policy(service: Service, tmp_path) -> None:
    (tmp_path / "in.txt").write_text("hello\n")
    done = assistant(service, "moderate", str(tmp_path / "in.txt"), "--community", "demo")
    assert json.loads(done.stdout)["policy"] == {"id": "demo", "version": 1}
    assert assistant(service, "moderate", str(tmp_path / "in.txt"), "--community", "nobody").returncode == Exit.USAGE
