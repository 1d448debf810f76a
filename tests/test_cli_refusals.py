"""Command lines that are refused: what happened, why, and what to type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.cli import main

pytestmark = pytest.mark.usefixtures("fake_cleaner")


def rows(folder: str | Path) -> list[dict[str, object]]:
    """All rows of the shards in a folder."""
    files = sorted(Path(folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: INPUT. To see the options: python -m cleaner"),
        (["crawl", "--keep", "adverts"], "--keep adverts: there is no such label. Choose from"),
        (
            ["crawl", "--keep", "chrome", "--drop", "chrome"],
            "--keep chrome and --drop chrome contradict each other. Leave one of them out.",
        ),
        (["crawl", "--ai-threshold", "7"], "--ai-threshold 7 is no probability."),
        (["crawl", "--document-timeout", "0"], "--document-timeout 0 leaves no time at all."),
        (["crawl", "--max-errors", "-1"], "argument --max-errors: "),
        (["crawl", "--shard-size", "0"], "argument --shard-size: 0 is too small."),
        (["crawl", "--speed"], "unrecognized arguments: --speed."),
        (["nowhere"], "nowhere: there is no such file or folder."),
        (["crawl", "-o", "taken"], "taken is a file, and the output is a folder. Give another"),
        (["crawl", "-o", "taken/out"], "taken/out: Not a directory. A part of that path is a file"),
        (["crawl", "--reprocess"], "--reprocess needs an output folder. Add -o OUT."),
        (["crawl", "--label-only"], "--label-only needs an output folder. Add -o OUT."),
        (["restore", "crawl"], "crawl holds no ledger.sqlite, so it is no output folder"),
        (["replay", "crawl"], "crawl holds no ledger.sqlite, so it is no output folder"),
        (["status", "nowhere"], "nowhere holds no ledger.sqlite, so it is no output folder"),
        (["rules", "list", "mine.toml"], "rules list takes no FILE."),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_status_2(
    crawl: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """A wrong command line ends with status 2, one line on what to do, and no traceback."""
    Path("taken").write_text("a file")

    assert main(words) == 2

    error = capsys.readouterr().err
    assert error.startswith("cleaner: ")
    assert message in error
    assert "Traceback" not in error


def test_an_output_folder_is_not_cleaned_into_itself(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An input that lies in the output folder is refused."""
    assert main(["crawl", "-o", "out"]) == 0
    assert main(["out/documents", "-o", "out"]) == 2

    assert "out/documents lies in the output folder out" in capsys.readouterr().err


def test_shards_without_a_ledger_are_not_swept_away(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the ledger was deleted, the run refuses instead of removing all shards."""
    main(["crawl", "-o", "out"])
    Path("out/ledger.sqlite").unlink()
    (crawl / "d.txt").write_text("More.")

    assert main(["crawl", "-o", "out"]) == 2

    assert "out holds shards but no ledger.sqlite" in capsys.readouterr().err
    assert len(rows("out/documents")) == 3


def test_a_damaged_ledger_is_an_error_with_advice(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ledger that is no database ends the run with status 2."""
    Path("out").mkdir()
    Path("out/ledger.sqlite").write_bytes(b"no database at all" * 100)

    assert main(["crawl", "-o", "out"]) == 2
    assert "The ledger is damaged" in capsys.readouterr().err
