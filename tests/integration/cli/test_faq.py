"""Documents from the command line: imported, listed, removed; jobs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.cli.exits import Exit
from assistant.settings import Settings
from assistant.store import faq_entries, faq_jobs
from assistant.store.faq_jobs import Job
from assistant.wiring import administration
from tests.commands import command
from tests.integration.cli import small_model
from tests.integration.cli.conftest import Service
from tests.integration.cli.test_administration import assistant
from tests.unit.faq.ingest.making import workbook

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def shop(service: Service, request: pytest.FixtureRequest) -> str:
    name = re.sub(r"\W+", "-", request.node.name.lower()).strip("-")[:60]
    assistant(service, "communities", "create", name)
    return name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people have them."""
    (tmp_path / "售後").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "售後/退貨.md").write_text("# 怎麼退貨？\n到貨七天內可以退。\n")
    (tmp_path / "faq.xlsx").write_bytes(
        workbook(("a", [["question", "answer"], ["When do you open?", "At ten."], ["x?", ""]]))
    )
    (tmp_path / "~$faq.xlsx").write_bytes(b"open in Excel")
    (tmp_path / ".git/notes.md").write_text("hidden")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    return tmp_path


def faq(service: Service, *arguments: object) -> subprocess.CompletedProcess[str]:
    return command("0", "faq", *map(str, arguments), env=service.environment, cwd=REPOSITORY, program=small_model.run)


def known(service: Service, shop: str) -> dict[str, str]:
    with administration(Settings(data_dir=service.data_dir)) as database, database.transaction(shop) as transaction:
        return {one.question: one.answer for one in faq_entries.load_all(transaction, shop)}


def jobs(service: Service, shop: str) -> tuple[Job, ...]:
    with administration(Settings(data_dir=service.data_dir)) as database, database.transaction(shop) as transaction:
        return faq_jobs.page(transaction, shop, None, 10).rows


def test_a_folder_is_imported_listed_and_removed(service: Service, shop: str, folder: Path) -> None:
    done = faq(service, "import", folder, "--community", shop)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 documents read, 0 of them unchanged, 0 failed; 2 entries" in done.stdout
    assert known(service, shop) == {"怎麼退貨？": "到貨七天內可以退。", "When do you open?": "At ten."}
    assert "2 of them unchanged" in faq(service, "import", folder, "--community", shop).stdout

    listed = faq(service, "list", "--community", shop, "--warnings").stdout
    assert "售後/退貨.md" in listed
    assert "faq.xlsx: row 3 is left out: it has no answer" in listed
    document = re.search(r"doc_\w+(?=.*退貨)", listed)[0]
    removed = faq(service, "remove", document, "--community", shop)
    assert removed.stdout.strip() == f"document {document} is removed, with 1 entries"
    assert known(service, shop) == {"When do you open?": "At ten."}
    assert len(re.findall(r"\bdone\b", faq(service, "jobs", "--community", shop).stdout)) == 2


def test_what_holds_for_all_of_it(service: Service, shop: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("雙十一八折。")
    options = [
        "--role",
        "vip",
        "--role",
        "gold",
        "--language",
        "zh-TW",
        "--valid-from",
        "2026-11-11",
        "--valid-to",
        "2026/11/11",
    ]
    assert faq(service, "import", file, "--community", shop, *options).returncode == 0
    with administration(Settings(data_dir=service.data_dir)) as database, database.transaction(shop) as transaction:
        (entry,) = faq_entries.load_all(transaction, shop)
    assert (entry.roles, entry.language) == (("vip", "gold"), "zh-Hant")
    assert (entry.valid_to - entry.valid_from).days == 1


def test_what_cannot_be_read_is_named_and_the_rest_is_there(service: Service, shop: str, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4")
    (folder / "空.txt").touch()
    done = faq(service, "import", folder, "--community", shop)
    assert done.returncode == Exit.USAGE
    assert "broken.pdf: is broken" in done.stderr
    assert "空.txt: is empty" in done.stderr
    assert "2 of 4 documents read" in done.stdout
    assert len(known(service, shop)) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.md"], "nowhere.md: is no file and no folder"),
        (["{empty}"], "holds no file that can be read"),
        (["{file}", "{other}"], "has the name 'a.md', which"),
        (["{file}", "--language", "???"], "--language"),
        (["{file}", "--valid-to", "soon"], "'soon' is no date"),
        (["{file}", "--valid-from", "2026-02-02", "--valid-to", "2026-01-01"], "valid_to: must be after valid_from"),
    ],
)
def test_wrong_usage_imports_nothing(
    service: Service, shop: str, tmp_path: Path, arguments: list[str], said: str
) -> None:
    for place in "empty", "one", "two":
        (tmp_path / place).mkdir()
    for place in "one", "two":
        (tmp_path / place / "a.md").write_text("# Why?\nBecause.")
    places = {"empty": tmp_path / "empty", "file": tmp_path / "one/a.md", "other": tmp_path / "two/a.md"}
    done = faq(service, "import", *(one.format(**places) for one in arguments), "--community", shop)
    assert done.returncode == Exit.USAGE
    assert said in done.stderr
    assert jobs(service, shop) == ()


def test_there_has_to_be_such_a_community(service: Service, folder: Path) -> None:
    done = faq(service, "import", folder, "--community", "nobody")
    assert (done.returncode, "no such community" in done.stderr) == (Exit.USAGE, True)


def test_ctrl_c_stops_the_import(service: Service, shop: str, tmp_path: Path) -> None:
    for at in range(30):
        (tmp_path / f"{at}.md").write_text(f"# 第{at}題？\n答{at}。")
    program = [sys.executable, "-m", small_model.__name__, "1", "faq", "import", str(tmp_path), "--community", shop]
    process = subprocess.Popen(program, env=service.environment, cwd=REPOSITORY, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not known(service, shop):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode != 0
    (job,) = jobs(service, shop)
    assert job.state.value == "stopped"
    assert job.done == len(known(service, shop)) < 30


def test_a_job_is_stopped(service: Service, shop: str) -> None:
    done = faq(service, "jobs", "--community", shop, "--stop", "job_none")
    assert (done.returncode, "nothing here under that name" in done.stderr) == (Exit.USAGE, True)
