"""Whole runs under what happens to them in months of cron; minutes, so for ``make test-slow``."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from chaos import Chaos, children, contents, finish, ids, kill, make_corpus, start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to find the workers"),
]
DRIVER = Path(__file__).with_name("dangerous_run.py")


def run(crawl: Path, out: Path, *options: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start a run with the dangerous cleaner."""
    return subprocess.Popen(
        [sys.executable, str(DRIVER), str(crawl), "-o", str(out), "--shard-size", "40",
         "--workers", "2", "--document-timeout", "1", *options],
        env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, error = process.communicate(timeout=300)
    return process.returncode, error.decode()


@pytest.fixture
def dangerous(tmp_path: Path) -> Path:
    """Two hundred lines, among them some that end or stop the worker that cleans them."""
    folder = tmp_path / "crawl"
    folder.mkdir()
    bad = {30: "SEGFAULT", 31: "CRASH", 90: "STUCK", 120: "HANG", 150: "EXIT", 151: "REJECT"}
    lines = [bad.get(number, f"Item {number}.\nAD {number}\n") for number in range(200)]
    (folder / "many.jsonl").write_text(
        "".join(json.dumps({"text": text, "id": str(n)}) + "\n" for n, text in enumerate(lines))
    )
    os.utime(folder / "many.jsonl", (1_700_000_000, 1_700_000_000))
    return folder


# --- killed --------------------------------------------------------------------------------


def test_killed_runs_come_out_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Forty SIGKILLs on parents, workers and both; every record is there once, byte for byte."""
    chaos = Chaos(tmp_path, documents=1500, seed=7)
    number = 0
    while chaos.kills < 40:
        chaos.round(f"out{number}", 40 - chaos.kills)
        number += 1
    assert chaos.counts["missed"] <= chaos.kills


def test_killed_runs_over_documents_that_kill_workers(dangerous: Path, tmp_path: Path) -> None:
    """Segfaults, hangs in C code and kills together: the same output as without kills."""
    assert ended(run(dangerous, tmp_path / "whole"))[0] == 3
    kinds = Counter(
        json.loads(line)["kind"]
        for path in (tmp_path / "whole" / "quarantine").iterdir()
        for line in path.open("rb")
    )
    assert kinds == {"worker-died": 2, "internal-error": 1, "timeout": 2, "fake": 1}
    chance = random.Random(5)
    for _ in range(8):
        process = run(dangerous, tmp_path / "out")
        try:
            process.wait(chance.uniform(0.5, 6))
        except subprocess.TimeoutExpired:
            kill(process, chance.choice(["parent", "both"]), chance)
        ended(process)
    assert ended(run(dangerous, tmp_path / "out"))[0] in (0, 3)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_no_worker_outlives_its_parent(dangerous: Path, tmp_path: Path) -> None:
    """Not even one that hangs in C code with the interpreter's lock."""
    (dangerous / "a.txt").write_text("STUCK")
    process = run(dangerous, tmp_path / "out", "--document-timeout", "100")
    while not (workers := children(process.pid)):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    ends = time.monotonic() + 30
    while any(is_running(worker) for worker in workers):
        assert time.monotonic() < ends


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_ends_in_order(
    dangerous: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C and systemd reach the workers too; what they hold is finished and committed."""
    assert ended(run(dangerous, tmp_path / "whole"))[0] == 3
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), str(dangerous), "-o", str(tmp_path / "out"), "--shard-size",
         "40", "--workers", "2", "--document-timeout", "1"],
        start_new_session=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not children(process.pid):
        assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    os.killpg(process.pid, number)
    status, error = ended(process)
    assert status == 128 + number
    assert "stopped by a signal" in error
    assert ended(run(dangerous, tmp_path / "out"))[0] in (0, 3)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


# --- disks, clocks, folders ----------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_at_any_sync_loses_nothing(tmp_path: Path, code: int) -> None:
    """Each fsync of a run in turn fails; the next plain run completes it."""
    crawl = tmp_path / "crawl"
    make_corpus(crawl, 150)
    assert ended(run(crawl, tmp_path / "whole"))[0] == 3
    number, status = 1, 2
    while status == 2:
        out = tmp_path / f"out{number}"
        status, error = ended(run(crawl, out, FAULT=f"{code}:{number}"))
        if status == 2:
            assert os.strerror(code) in error
            assert ended(run(crawl, out))[0] in (0, 3)
        assert contents(out) == contents(tmp_path / "whole"), f"fsync {number}"
        number += 3
    assert number > 12


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """On a file system without room the run ends with advice, and goes on when there is some."""
    crawl, disk = tmp_path / "crawl", tmp_path / "disk"
    make_corpus(crawl, 300)
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount")
    try:
        status, error = ended(run(crawl, disk / "out"))
        assert status == 2
        assert "it goes on where it stopped" in error
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert ended(run(crawl, disk / "out"))[0] in (0, 3)
        assert ended(run(crawl, tmp_path / "whole"))[0] == 3
        assert contents(disk / "out") == contents(tmp_path / "whole")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_clock_that_jumps_changes_nothing(dangerous: Path, tmp_path: Path) -> None:
    """Deadlines and results don't hang on the wall clock; a second run still has nothing to do."""
    assert ended(run(dangerous, tmp_path / "whole"))[0] == 3
    assert ended(run(dangerous, tmp_path / "out", CLOCK="jumps"))[0] == 3
    assert ended(run(dangerous, tmp_path / "out", CLOCK="jumps"))[0] == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_of_two_runs_started_at_once_one_works(tmp_path: Path) -> None:
    """The other ends with 75 and names the holder; the result is that of one run."""
    crawl, out = tmp_path / "crawl", tmp_path / "out"
    make_corpus(crawl, 300)
    both = [run(crawl, out), run(crawl, out)]
    results = [ended(process) for process in both]
    assert sorted(status for status, _ in results) == [3, 75]
    [refused] = [error for status, error in results if status == 75]
    assert f"process {both[results[0][0] == 75].pid}" in refused
    assert ended(run(crawl, tmp_path / "whole"))[0] == 3
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no other file system")
def test_read_only_input_and_output_on_another_file_system(tmp_path: Path) -> None:
    """Nothing is written beside the input, and nothing is renamed across file systems."""
    crawl = tmp_path / "crawl"
    make_corpus(crawl, 150)
    for path in [crawl, *crawl.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(crawl.rglob("*"))
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        assert finish(crawl, Path(other) / "out") == 3
        assert finish(crawl, tmp_path / "here") == 3
        assert contents(Path(other) / "out") == contents(tmp_path / "here")
    assert sorted(crawl.rglob("*")) == before
    for path in [crawl, *crawl.rglob("*")]:
        path.chmod(0o755)


# --- amount --------------------------------------------------------------------------------


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    """One, two, four, or none at all, with the real rules and models."""
    make_corpus(tmp_path / "crawl", 450)
    found = []
    for workers in "1240":
        out = tmp_path / f"out{workers}"
        assert finish(tmp_path / "crawl", out, "--workers", workers) == 3
        assert sum(ids(out).values()) == 450
        found.append(contents(out))
        shutil.rmtree(out)
    assert found[0] == found[1] == found[2] == found[3]


def test_memory_does_not_grow_with_the_number_of_documents(tmp_path: Path) -> None:
    """Parent and workers stay below 500 MB, and late in the run take no more than early."""
    make_corpus(tmp_path / "crawl", 9000)
    process = start(tmp_path / "crawl", tmp_path / "out")
    sizes: list[int] = []
    while process.poll() is None:
        sizes.append(max(map(resident, [process.pid, *children(process.pid)])))
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    assert process.returncode == 3
    third = len(sizes) // 3
    assert max(sizes) < 500 << 20
    assert max(sizes[-third:]) < max(sizes[third : 2 * third]) + (60 << 20)


def resident(process: int) -> int:
    """The memory of a process in bytes; 0 when it has gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
