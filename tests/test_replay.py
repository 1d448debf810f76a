"""Replay: what works now leaves the quarantine, once; the rest stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.cli import main


@pytest.fixture(autouse=True)
def _out(fake_cleaner: Path) -> None:
    lines = [{"text": "REJECT 1\nAD x\n"}, {"text": "News.\n"}, {"prose": "Odd.\n"}]
    Path("in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["in.jsonl", "-o", "out", "--quiet"]) == 3


def rows(folder: str) -> list[dict[str, object]]:
    files = sorted(Path("out", folder).glob("*"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_nothing_changes_where_nothing_works_now(capsys: pytest.CaptureFixture[str]) -> None:
    """The quarantine stays byte for byte, status 3."""
    before = rows("quarantine")

    assert main(["replay", "out"]) == 3

    assert rows("quarantine") == before
    assert capsys.readouterr().err == (
        "cleaner: 2 records replayed: 0 moved to the documents, 2 stay in the quarantine.\n"
    )


def test_what_works_now_moves_and_the_rest_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """A mended cleaner takes one record; the line without a known field waits for its option."""
    assert main(["replay", "out", "--text-field", "mended"]) == 3
    assert [row["text"] for row in rows("documents")] == ["News.\n", "REJECT 1\n"]
    assert [row["kind"] for row in rows("quarantine")] == ["no-text-field"]

    assert main(["replay", "out", "--text-field", "prose"]) == 0
    assert [row["text"] for row in rows("documents")] == ["News.\n", "REJECT 1\n", "Odd.\n"]
    assert rows("quarantine") == []
    assert main(["verify", "out", "--quiet"]) == 0
    capsys.readouterr()

    assert main(["replay", "out"]) == 0
    assert capsys.readouterr().err == "cleaner: the quarantine is empty: nothing to replay.\n"


def test_a_replayed_record_keeps_its_place_and_goes_with_its_input() -> None:
    """It knows its record number, and a changed input replaces it like any other."""
    main(["replay", "out", "--text-field", "prose", "--quiet"])
    [odd] = [row for row in rows("documents") if row["text"] == "Odd.\n"]
    assert odd["metadata"]["record"] == 2  # type: ignore[index]

    Path("in.jsonl").write_text('{"text": "All new.\\n"}\n')
    assert main(["in.jsonl", "-o", "out", "--quiet"]) == 0
    assert [row["text"] for row in rows("documents")] == ["All new.\n"]
    assert rows("quarantine") == []
