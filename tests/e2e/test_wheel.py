"""The built wheel, installed alone into an empty environment, screens and serves without torch."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPAM = "加❤薇❤信 abc123 日结300"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that holds the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "--disable-pip-version-check"]
    constraints = str(ROOT / "constraints.txt")
    installed = subprocess.run(
        [*pip, "install", "--quiet", "--no-compile", "--constraint", constraints, str(wheel)],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    return folder / "bin"


def clean_environment(tmp_path: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ASSISTANT_", "PYTHON", "VIRTUAL_ENV"))
    }
    return kept | {"ASSISTANT_DATA_DIR": str(tmp_path / "data")}


def test_the_wheel_holds_what_the_product_reads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("eval/", "tests/", "models/"))]
    for needed in (
        "assistant/words.toml",
        "assistant/_shipped/models/risk/",
        "assistant/moderation/lists/",
        "assistant/web/static/",
        "py.typed",
        "NOTICE",
    ):
        assert any(needed in name for name in names), needed
    assert wheel.stat().st_size < 60_000_000


def test_it_screens_a_file_without_torch(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{SPAM}\nhave a nice day\n", "utf-8")
    done = subprocess.run(
        [str(programs / "assistant"), "moderate", "in.txt", "--exit-on", "review"],
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    spam, clean = map(json.loads, done.stdout.splitlines())
    assert spam["findings"][0]["text"] == "加❤薇❤信"
    assert clean["action"] == "allow"
    for absent in ("torch", "transformers", "sklearn", "matplotlib"):
        assert (
            subprocess.run(
                [str(programs / "python"), "-c", f"import {absent}"], capture_output=True, check=False
            ).returncode
            != 0
        )


def test_importing_and_the_first_screen_leave_torch_out(tmp_path: Path) -> None:
    code = (
        "import sys, assistant\n"
        "from assistant.settings import load_settings\n"
        "from assistant.types import Message\n"
        "from assistant.wiring import build_screener\n"
        "build_screener(load_settings()).screen(Message('你好'))\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_it_serves(programs: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = clean_environment(tmp_path) | {"ASSISTANT_PORT": str(port)}
    with (tmp_path / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [str(programs / "assistant"), "serve"], cwd=tmp_path, env=env, stdout=log, stderr=log
        )
    try:
        key = _key_when_ready(port, tmp_path / "data" / "demo.key", process)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/moderate",
            json.dumps({"text": SPAM}).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["flagged"]
        for page in ("/", "/docs", "/openapi.json", "/metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
                assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _key_when_ready(port: int, path: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return path.read_text().strip()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("not ready in a minute")
