"""The other verbs, the run record, and the program as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner import __version__
from cleaner.cli import main

pytestmark = pytest.mark.usefixtures("fake_cleaner")


def rows(folder: str | Path) -> list[dict[str, object]]:
    """All rows of the shards in a folder."""
    files = sorted(Path(folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_status_shows_totals_and_reasons(crawl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``status`` tells what is there, and each kind of rejection with an example."""
    (crawl / "b.txt").write_text("REJECT")
    main(["crawl", "-o", "out"])
    capsys.readouterr()

    assert main(["status", "out"]) == 0

    shown = capsys.readouterr().out
    assert "inputs         3 done\n" in shown
    assert "documents      2 (0 emptied) in 1 shard\n" in shown
    assert "e.g. crawl/b.txt: It asked for it.\n" in shown
    assert "3 in, 2 written, 0 emptied, 1 quarantined, 0 skipped" in shown


def test_a_verb_is_a_verb_and_dot_slash_makes_it_a_path(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A folder named as a verb is reached with ``./``."""
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / "a.txt").write_text("News.")

    assert main(["status"]) == 2
    assert main(["./status"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["text"] == "News."


@pytest.mark.parametrize(
    "verb", [[], ["explain"], ["restore"], ["replay"], ["status"], ["verify"], ["rules"]]
)
def test_every_verb_has_help(capsys: pytest.CaptureFixture[str], verb: list[str]) -> None:
    """``--help`` explains itself and ends with status 0."""
    assert main([*verb, "--help"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("usage: python -m cleaner")
    assert "example" in shown


def test_the_run_record_counts_and_obeys_the_law(crawl: Path) -> None:
    """A run leaves a record in which documents and characters add up."""
    (crawl / "d.txt").write_text("AD only\n")
    (crawl / "e.txt").write_text("REJECT")
    main(["crawl", "-o", "out"])

    [path] = Path("out/runs").glob("*.json")
    record = json.loads(path.read_text("utf-8"))
    assert record["documents"] == {
        "in": 5, "written": 3, "emptied": 1, "quarantined": 1, "skipped": 0,
    }  # fmt: skip
    assert record["characters"] == {"in": 53, "kept": 24, "removed": 29}
    assert record["labels"] == {"chrome": {"spans": 4, "characters": 29}}
    assert record["rules"] == {"rule:fake.ad": {"spans": 4, "characters": 29}}
    assert record["hosts"] == {"example.org": {"rule:fake.ad": 4}}
    assert record["options"]["rules"] == "r1"


def test_an_unforeseen_error_is_no_traceback_unless_asked_for(
    crawl: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program ends in a sentence; ``--debug`` shows where it was."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("fault")

    monkeypatch.setattr("cleaner.commands.engine.make_cleaner", fail)

    assert main(["crawl", "-o", "out"]) == 1
    assert "ZeroDivisionError: fault. This is a fault of the program" in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError):
        main(["crawl", "-o", "out", "--debug"])


def test_a_closed_pipe_is_quiet(
    crawl: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``| head`` ends the program without a complaint."""

    def closed(_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("cleaner.commands.stream.emit_rows", closed)
    monkeypatch.setattr("cleaner.cli._discard_stdout", lambda: None)

    assert main(["crawl"]) == 0
    assert capsys.readouterr().err == ""


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    """``python -m cleaner`` works as a process of its own."""
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "cleaner", "--version"]
    environment = os.environ | {"CLEANER_COMPILED": "0"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=root, timeout=60, env=environment
    )

    assert (done.returncode, done.stdout) == (0, f"cleaner {__version__} (not compiled)\n")


def test_the_whole_program_cleans_a_page(tmp_path: Path) -> None:
    """With its real rules and models, in a process of its own, from another folder."""
    (tmp_path / "page.txt").write_text(
        "The city council voted 7-2 on Monday to build a library on Mill Street, Mayor Ana Ruiz "
        "said after the meeting.\n\nAlready a member? Sign in here\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "cleaner", "page.txt", "-o", "out"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "1 record in " in done.stderr
    assert "Mayor Ana Ruiz" in str(rows(tmp_path / "out" / "documents")[0]["text"])
    [removed] = rows(tmp_path / "out" / "removed")
    assert removed["label"] == "chrome"
    assert "Sign in here" in str(removed["text"])
