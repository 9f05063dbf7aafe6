"""The embedded server's promises, each against real processes that are really killed: as root and as an ordinary user."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded import EmbeddedServer
from assistant.store.embedded.folder import Folder
from assistant.store.embedded.processes import running_in

HERE = Path(__file__).parent
ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody").pw_uid
ACCOUNTS = [pytest.param(0, id="root"), pytest.param(NOBODY, id="nobody")] if ROOT else [pytest.param(0, id="self")]
needs_root = pytest.mark.skipif(not ROOT, reason="only root can become another user")


def in_time() -> float:
    """Five seconds, for a machine that has nothing else to do; as much more as others keep this one busy."""
    return 5.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Holder:
    """``holder.py`` in a process of its own."""

    def __init__(self, data_dir: Path, uid: int, *options: str) -> None:
        command = [sys.executable, str(HERE / "holder.py"), str(data_dir), str(uid), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> None:
        """It started, and in time."""
        answer = self.answer()
        assert "seconds" in answer, answer
        assert answer["seconds"] < in_time()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        assert line, "the holder ended without a word"
        return json.loads(line)

    def send(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def sql(self, line: str) -> list:
        self.send(line)
        answer = self.answer()
        assert "rows" in answer, answer
        return answer["rows"]

    def stop(self) -> None:
        self.send("stop")
        assert self.answer() == {"stopped": True}
        self.end()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> None:
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Place:
    """A data folder of ``uid``'s, and those who use it."""

    def __init__(self, folder: Path, uid: int) -> None:
        self.folder = folder
        self.data_dir = folder / "data dir, 100%"
        self.uid = uid
        self.holders: list[Holder] = []

    def hold(self, *options: str) -> Holder:
        self.holders.append(Holder(self.data_dir, self.uid, *options))
        return self.holders[-1]

    def started(self, *options: str) -> Holder:
        holder = self.hold(*options)
        holder.ready()
        return holder

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres" / "data"

    def processes(self) -> list[int]:
        return running_in([self.cluster, self.cluster.parent])

    def postmaster(self) -> int:
        return int((self.cluster / "postmaster.pid").read_text().split()[0])

    def clear(self) -> None:
        for holder in self.holders:
            holder.kill()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=ACCOUNTS)
def empty_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Where nothing has been started yet."""
    place = make_place(request.param)
    yield place
    remove_place(place)


@pytest.fixture(scope="module", params=ACCOUNTS)
def template(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A database with a table ``kept``, stopped."""
    place = make_place(request.param)
    holder = place.started()
    holder.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    holder.stop()
    yield place
    remove_place(place)


@pytest.fixture
def place(template: Place) -> Iterator[Place]:
    """A copy of the template."""
    place = make_place(template.uid)
    subprocess.run(["cp", "-a", str(template.data_dir), str(place.data_dir)], check=True)
    yield place
    remove_place(place)


def make_place(uid: int) -> Place:
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    if uid:
        os.chown(folder, uid, uid)
    return Place(folder, uid)


def remove_place(place: Place) -> None:
    place.clear()
    shutil.rmtree(place.folder)


def test_start_then_last_out_stops_it(empty_place: Place) -> None:
    place = empty_place
    first = place.started()
    first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    assert first.sql("SELECT current_setting('fsync'), current_setting('server_encoding')") == [["on", "UTF8"]]
    first.stop()
    assert place.processes() == []
    second = place.started()
    assert second.sql("SELECT answer FROM kept") == [[42]]
    second.stop()


def test_kill_9_of_the_service(place: Place) -> None:
    first = place.started()
    first.kill()
    second = place.started()
    assert second.sql("SELECT answer FROM kept") == [[42]]
    second.stop()
    assert place.processes() == []


def test_kill_9_of_the_postmaster_with_a_busy_query(place: Place) -> None:
    first, busy = place.started(), place.started()
    bystander = subprocess.Popen(["sleep", "60"], cwd=place.cluster)
    busy.send("DO 'BEGIN LOOP END LOOP; END'")
    active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    wait_until(lambda: first.sql(active) == [[1]])
    before = set(place.processes())
    os.kill(place.postmaster(), signal.SIGKILL)
    second = place.started()
    assert second.sql("SELECT answer FROM kept") == [[42]]
    assert not before & set(place.processes()), "an orphan outlived the restart"
    assert bystander.poll() is None, "a process that only stood in the folder was killed"
    bystander.kill()
    bystander.wait()


def test_watch_restarts_a_killed_server(place: Place) -> None:
    first = place.started("watch")
    killed = place.postmaster()
    os.kill(killed, signal.SIGKILL)
    began = time.monotonic()
    assert first.sql("SELECT answer FROM kept") == [[42]]
    assert time.monotonic() - began < in_time()
    assert place.postmaster() != killed
    first.stop()
    assert place.processes() == []


def test_kill_9_of_everything(place: Place) -> None:
    first = place.started()
    first.process.kill()
    for pid in place.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    second = place.started()
    assert second.sql("SELECT answer FROM kept") == [[42]]


def test_reused_pid(place: Place) -> None:
    first = place.started()
    pid_file, lock_file = place.cluster / "postmaster.pid", place.cluster.parent / "socket" / ".s.PGSQL.5432.lock"
    contents = {path: path.read_text().splitlines() for path in (pid_file, lock_file)}
    first.stop()
    drop = {"user": place.uid, "group": place.uid, "extra_groups": []} if place.uid else {}
    bystander = subprocess.Popen(["sleep", "60"], cwd=place.cluster, **drop)
    try:
        for path, lines in contents.items():
            path.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
            os.chown(path, place.cluster.stat().st_uid, -1)
            path.chmod(0o600)
        second = place.started()
        assert second.sql("SELECT answer FROM kept") == [[42]]
        second.stop()
        assert bystander.poll() is None, "a process that only had the pid was killed"
    finally:
        bystander.kill()
        bystander.wait()


def test_beside_a_running_service(place: Place) -> None:
    service = place.started("watch")
    pid = place.postmaster()
    command = place.started()
    assert command.sql("SELECT 1") == [[1]]
    command.stop()
    assert service.sql("SELECT 1") == [[1]]
    assert place.postmaster() == pid
    service.stop()
    assert place.processes() == []


def test_who_started_it_leaves_first(place: Place) -> None:
    command = place.started()
    service = place.started("watch")
    command.stop()
    assert service.sql("SELECT 1") == [[1]]
    service.stop()
    assert place.processes() == []


def test_two_first_starts_at_once(empty_place: Place) -> None:
    both = [empty_place.hold(), empty_place.hold()]
    for holder in both:
        holder.ready()
    started = [holder.sql("SELECT pg_postmaster_start_time()") for holder in both]
    assert started[0] == started[1]


@pytest.mark.parametrize("after_s", [0.25, 0.5, 0.75])
def test_first_start_interrupted(empty_place: Place, after_s: float) -> None:
    first = empty_place.hold()
    time.sleep(after_s)
    first.kill()
    second = empty_place.started()
    assert second.sql("SELECT extname FROM pg_extension WHERE extname = 'vector'") == [["vector"]]


def test_path_of_150_characters(empty_place: Place) -> None:
    empty_place.data_dir = (
        empty_place.data_dir.parent / ("長" * 30) / ("x" * (150 - len(str(empty_place.data_dir.parent)) - 32))
    )
    assert len(str(empty_place.data_dir)) == 150
    first = empty_place.started("watch")
    assert first.sql("SELECT 42") == [[42]]
    os.kill(empty_place.postmaster(), signal.SIGKILL)
    assert first.sql("SELECT 42") == [[42]]
    first.stop()


def test_first_process_that_never_reaps(place: Place) -> None:
    command = ["unshare", "--pid", "--fork", "--mount-proc", *([] if ROOT else ["--user", "--map-current-user"])]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no PID namespaces here")
    script = [sys.executable, str(HERE / "first_process.py"), str(place.data_dir), str(place.uid)]
    done = subprocess.run([*command, *script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["pid"] == 1
    assert report["zombies"] > 0
    assert "seconds" in report["ready"], report
    assert report["seconds"] < in_time()
    assert report["kept"] == {"rows": [[42]]}


def test_nothing_outside_is_touched(empty_place: Place) -> None:
    above = empty_place.data_dir.parent
    above.chmod(0o711)
    shared = Path("/dev/shm")  # noqa: S108
    before = {*shared.iterdir(), *Path(tempfile.gettempdir()).iterdir()}
    holder = empty_place.started()
    new = {*shared.iterdir(), *Path(tempfile.gettempdir()).iterdir()} - before
    assert not [path for path in new if path.name.startswith((".s.PGSQL", "PostgreSQL", "pg"))]
    assert stat.S_IMODE(above.stat().st_mode) == 0o711
    holder.stop()


def test_only_its_owner_gets_in(place: Place) -> None:
    place.started()
    home = place.cluster.parent
    for folder in (place.data_dir, home, home / "socket", place.cluster):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    assert stat.S_IMODE((place.cluster / "assistant-passwords.json").stat().st_mode) == 0o600
    hba = [line.split() for line in (place.cluster / "pg_hba.conf").read_text().splitlines()]
    assert {words[-1] for words in hba if words and not words[0].startswith("#")} == {"scram-sha-256"}
    assert all(Path(f"/proc/{pid}").stat().st_uid != 0 for pid in place.processes())
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=Folder(place.data_dir).socket_folder(), user="postgres", password="guess", dbname="assistant"
        )


@needs_root
@pytest.mark.parametrize(("owner", "visitor"), [(0, NOBODY), (NOBODY, 0)], ids=["root's", "nobody's"])
def test_another_users_folder_is_refused(owner: int, visitor: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)
    data_dir = folder / "data"
    data_dir.mkdir()
    os.chown(data_dir, owner, owner)
    holder = Holder(data_dir, visitor)
    try:
        error = holder.answer()["error"]
        assert f"belongs to {pwd.getpwuid(owner).pw_name}" in error
        assert "ASSISTANT_DATA_DIR" in error
        assert list(data_dir.iterdir()) == []
    finally:
        holder.end()
        shutil.rmtree(folder)


@needs_root
def test_unreachable_folder_is_an_error_not_a_trace() -> None:
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    holder = Holder(folder / "data", NOBODY)
    try:
        assert "Permission denied" in holder.answer()["error"]
    finally:
        holder.end()
        shutil.rmtree(folder)


def test_server_of_another_container_is_left_alone(tmp_path: Path) -> None:
    """What holds the server's lock and cannot be seen here is not started over."""
    folder = Folder(tmp_path)
    folder.prepare()
    unseen = folder.open_lock("server")
    fcntl.flock(unseen, fcntl.LOCK_SH)
    try:
        with pytest.raises(EmbeddedDatabaseError, match="container"):
            EmbeddedServer(tmp_path, stall_s=0.3).start()
        assert not folder.data.exists()
    finally:
        os.close(unseen)


def test_a_full_server_lives(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, stall_s=1)
    urls = server.start()
    crowd = []
    try:
        with pytest.raises(psycopg.OperationalError, match="connection slots"):
            crowd.extend(psycopg.connect(urls.app) for _ in range(500))
        assert server.start() == urls
    finally:
        for connection in crowd:
            connection.close()
        server.stop()


def test_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.prepare()
    folder.make_owned(folder.data, NOBODY if ROOT else os.geteuid(), os.getegid())
    (folder.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedDatabaseError, match="made by PostgreSQL 17"):
        EmbeddedServer(tmp_path).start()


def test_failure_to_start_shows_why(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    server.start()
    server.stop()
    (tmp_path / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedDatabaseError, match="no_such_setting"):
        server.start()


def test_start_and_stop_again_in_one_process(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    for _ in range(2):
        urls = server.start()
        assert urls == server.start()
        with psycopg.connect(urls.app) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server.stop()
        server.stop()
        assert running_in([tmp_path / "postgres" / "data"]) == []
    assert "password" not in repr(urls)
    assert urls.app not in repr(urls)


def wait_until(holds: object, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@needs_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not here")
@pytest.mark.parametrize(
    ("dropped", "starts"), [("-dac_read_search", True), ("-setuid", False)], ids=["as containers do", "all too strict"]
)
def test_root_without_all_its_capabilities(dropped: str, starts: bool) -> None:
    place = make_place(0)
    script = [sys.executable, str(HERE / "holder.py"), str(place.data_dir), "0"]
    try:
        done = subprocess.run(
            ["setpriv", "--bounding-set", dropped, *script], input="stop\n", capture_output=True, text=True, check=True
        )
        answer = json.loads(done.stdout.splitlines()[0])
        assert ("seconds" in answer) is starts, answer
        assert starts or "run the assistant as an ordinary user" in answer["error"]
    finally:
        remove_place(place)
