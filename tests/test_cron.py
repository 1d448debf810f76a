"""The examples of docs/cron.md, run as cron and systemd would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CRON = (ROOT / "docs" / "cron.md").read_text("utf-8")
TEXT = "The council voted 7-2 on Monday to close the bridge, Mayor Ana Ruiz said after it.\n"


def crontab_command() -> str:
    """What stands behind the five fields of the crontab example."""
    block = re.search(r"```crontab\n(.*?)```", CRON, re.DOTALL)
    assert block
    [line] = [line for line in block[1].splitlines() if not line.startswith("#")]
    return line.split(None, 5)[5]


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A folder like the example's /srv/news, with a virtual environment that finds the program."""
    folder = tmp_path / "srv" / "news"
    binaries = folder / "venv" / "bin"
    binaries.mkdir(parents=True)
    (folder / "crawl").mkdir()
    (folder / "crawl" / "a.txt").write_text(TEXT, "utf-8")
    python = binaries / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


def as_cron(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command line with nothing but what cron gives: no terminal, a short PATH, /bin/sh."""
    return subprocess.run(
        ["env", "-i", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", f"HOME={home}", "LOGNAME=news",
         "/bin/sh", "-c", f"umask 077; {command}"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=home, timeout=300,
        start_new_session=True,
    )  # fmt: skip


def test_the_crontab_line_runs_and_is_silent_when_nothing_is_new(
    server: Path, tmp_path: Path
) -> None:
    """The first run logs one dated line, the second none; then a new page is cleaned."""
    home = tmp_path / "home"
    home.mkdir()
    command = crontab_command().replace("/srv/news", str(server))

    first = as_cron(command, home)
    log = (server / "cleaner.log").read_text("utf-8")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert re.fullmatch(rf"{moment} INFO cleaner: 1 record in .* 1 written.*\n", log)
    document = server / "cleaned" / "documents" / "000000.jsonl"
    assert document.stat().st_mode & 0o077 == 0

    assert as_cron(command, home).returncode == 0
    assert (server / "cleaner.log").read_text("utf-8") == log

    (server / "crawl" / "b.txt").write_text(TEXT.replace("bridge", "ferry"), "utf-8")
    assert as_cron(command, home).returncode == 0
    assert (server / "cleaner.log").read_text("utf-8").count("\n") == 2
    assert list(home.iterdir()) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_what_systemd_accepts(tmp_path: Path, server: Path) -> None:
    """systemd-analyze has nothing against the service and the timer."""
    names = re.findall(r"`/etc/systemd/system/(\S+)`", CRON)
    blocks = re.findall(r"```ini\n(.*?)```", CRON, re.DOTALL)
    units = []
    for name, block in zip(names, blocks, strict=True):
        unit = tmp_path / name
        unit.write_text(block.replace("/srv/news", str(server)).replace("User=news\n", ""))
        units.append(str(unit))

    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60,
        env={**os.environ, "SYSTEMD_COLORS": "0"},
    )  # fmt: skip
    assert "cleaner." not in checked.stderr


def test_the_units_name_the_statuses_that_are_no_failure() -> None:
    """Statuses 3 and 75 are good ends of a run from a timer."""
    assert "SuccessExitStatus=3 75" in CRON
