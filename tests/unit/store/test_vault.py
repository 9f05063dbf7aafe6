"""Secrets at rest: what opens, what does not, and the key file."""

from __future__ import annotations

import base64
import os
import secrets
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigurationError
from assistant.store.vault import FILE, Sealed, Vault, open_vault

OLD, NEW = b"o" * 32, b"n" * 32
PURPOSE = "con_1/secret"


def encoded(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_what_is_sealed_opens_again_and_for_its_purpose_alone(plain: str, purpose: str) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(plain, purpose)
    assert vault.open(sealed, purpose) == plain
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.open(sealed, f"{purpose}x")


def test_a_ciphertext_tells_nothing_not_even_that_two_are_the_same() -> None:
    vault = Vault([NEW])
    one, other = (vault.seal("whsec_very_secret", PURPOSE) for _ in range(2))
    assert one.value != other.value
    raw = base64.b64decode(one.value)
    assert b"whsec" not in raw
    assert NEW not in raw
    assert one.key_id == other.key_id
    assert one.key_id not in NEW.hex()


@pytest.mark.parametrize("at", [0, 11, 12, 20, -1])
def test_what_was_changed_does_not_open(at: int) -> None:
    vault = Vault([NEW])
    sealed = vault.seal("whsec_1", PURPOSE)
    raw = bytearray(base64.b64decode(sealed.value))
    raw[at] ^= 1
    with pytest.raises(ConfigurationError, match="con_1/secret does not open") as caught:
        vault.open(Sealed(sealed.key_id, base64.b64encode(bytes(raw)).decode()), PURPOSE)
    assert "whsec_1" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "AAAA", "no base64 at all", "é", "A" * 5, base64.b64encode(b"x" * 27).decode()])
def test_what_is_no_ciphertext_does_not_open_either(value: str) -> None:
    vault = Vault([NEW])
    key_id = vault.seal("x", PURPOSE).key_id
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.open(Sealed(key_id, value), PURPOSE)


class TestRotation:
    def test_the_newest_seals_and_the_older_still_open(self) -> None:
        before = Vault([OLD]).seal("kept", PURPOSE)
        vault = Vault([NEW, OLD])
        assert vault.open(before, PURPOSE) == "kept"
        after = vault.seal("fresh", PURPOSE)
        assert after.key_id != before.key_id
        assert Vault([NEW]).open(after, PURPOSE) == "fresh"
        with pytest.raises(ConfigurationError):
            Vault([OLD]).open(after, PURPOSE)

    def test_a_key_that_is_not_here_is_named(self) -> None:
        sealed = Vault([OLD]).seal("kept", PURPOSE)
        with pytest.raises(ConfigurationError) as caught:
            Vault([NEW]).open(sealed, PURPOSE)
        for said in (sealed.key_id, FILE, "ASSISTANT_SECRET_KEY"):
            assert said in str(caught.value)
        assert encoded(OLD) not in str(caught.value)

    def test_the_setting_holds_the_newest_first(self, tmp_path: Path) -> None:
        vault, made = open_vault(tmp_path, encoded(NEW, OLD) + ",")
        assert not made
        assert not (tmp_path / FILE).exists(), "the file is not needed"
        assert vault.seal("x", PURPOSE).key_id == Vault([NEW]).seal("x", PURPOSE).key_id
        assert vault.open(Vault([OLD]).seal("kept", PURPOSE), PURPOSE) == "kept"

    @pytest.mark.parametrize(
        "given",
        [
            ",",
            " , ",
            "x",
            encoded(b"short"),
            encoded(b"n" * 33),
            f"{encoded(NEW)},x",
            f"{encoded(NEW)};{encoded(OLD)}",
            "秘密" * 22,
        ],
    )
    def test_a_wrong_one_is_refused_and_not_repeated(self, tmp_path: Path, given: str) -> None:
        with pytest.raises(ConfigurationError, match="ASSISTANT_SECRET_KEY") as caught:
            open_vault(tmp_path, given)
        assert len(given.strip(" ,x")) < 5 or given not in str(caught.value)
        assert not (tmp_path / FILE).exists()


class TestSigning:
    def test_by_a_key_of_its_own(self) -> None:
        content = b"content"
        assert Vault([NEW]).sign(content) == Vault([NEW, OLD]).sign(content)
        assert Vault([NEW]).sign(content) != Vault([OLD]).sign(content)
        assert Vault([NEW]).sign(content) != Vault([NEW]).sign(b"contenT")
        assert len(Vault([NEW]).sign(content)) == 32


class TestKeyFile:
    def test_it_is_made_once_and_for_its_owner_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        before = os.umask(0)
        try:
            vault, made = open_vault(folder, None)
        finally:
            os.umask(before)
        assert made
        assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        again, made = open_vault(folder, None)
        assert not made
        assert again.open(vault.seal("kept", PURPOSE), PURPOSE) == "kept"
        assert [path.name for path in folder.iterdir()] == [FILE], "no draft is left"

    def test_it_is_random(self, tmp_path: Path) -> None:
        keys = set()
        for name in ("a", "b"):
            open_vault(tmp_path / name, None)
            key = base64.b64decode((tmp_path / name / FILE).read_text(), validate=False)
            assert len(key) == 32
            keys.add(key)
        assert len(keys) == 2

    @pytest.mark.parametrize("content", [b"", b"AAAA\n", b"\xff\xfe", "秘密".encode(), b"x" * 44])
    def test_a_wrong_one_is_never_replaced(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(ConfigurationError, match=FILE):
            open_vault(tmp_path, None)
        assert (tmp_path / FILE).read_bytes() == content

    def test_many_processes_at_once_make_one(self, tmp_path: Path) -> None:
        """Each seals under the key that it got; one process opens them all."""
        go = tmp_path / "go"
        script = (
            "import sys, time, pathlib\n"
            "from assistant.store.vault import open_vault\n"
            "folder, go = map(pathlib.Path, sys.argv[1:])\n"
            "print('ready', flush=True)\n"
            "while not go.exists(): time.sleep(0.0005)\n"
            "vault, made = open_vault(folder, None)\n"
            "sealed = vault.seal('kept', 'con_1/secret')\n"
            "print(made, sealed.key_id, sealed.value, flush=True)\n"
        )
        folder = tmp_path / "data"
        processes = [
            subprocess.Popen([sys.executable, "-c", script, str(folder), str(go)], stdout=subprocess.PIPE, text=True)
            for _ in range(8)
        ]
        for process in processes:
            assert process.stdout.readline().strip() == "ready"
        time.sleep(0.05)
        go.touch()
        said = [process.communicate(timeout=60)[0].split() for process in processes]
        vault, made = open_vault(folder, None)
        assert not made
        assert [one[0] for one in said].count("True") == 1
        assert {vault.open(Sealed(key_id, value), PURPOSE) for _, key_id, value in said} == {"kept"}
        assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_vault_is_safe_among_threads() -> None:
    vault = Vault([NEW, OLD])

    def both(number: int) -> bool:
        plain = f"{number}-{secrets.token_hex(4)}"
        return vault.open(vault.seal(plain, PURPOSE), PURPOSE) == plain

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, range(400)))
