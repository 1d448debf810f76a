"""Restoring and verifying: the extracted text comes back, and damage is found and named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.cli import main
from cleaner.restore import RemovedSpan, restore_text

TEXTS = [
    "AD first\nNews.\r\nAD \U0001f600 last\n",
    "AD only\n",
    "No advertisement.",
    "\u05e9\u05dc\u05d5\u05dd \u202bAD\u202c\nAD \u05e9\u05dc\u05d5\u05dd\nNe\u0301e."
    "\x0bAD\u2028AD\u2028.",
]


@pytest.fixture
def out(fake_cleaner: Path) -> Path:
    """A finished output folder."""
    lines = [json.dumps({"text": text, "id": str(n)}) for n, text in enumerate(TEXTS)]
    Path("in.jsonl").write_text("\n".join(lines), "utf-8")
    assert main(["in.jsonl", "-o", "out", "--quiet"]) == 0
    return fake_cleaner / "out"


@pytest.mark.parametrize(
    "removed",
    [
        [RemovedSpan(0, 2, "A")],
        [RemovedSpan(3, 4, "A"), RemovedSpan(2, 3, "B")],
        [RemovedSpan(7, 8, "A")],
        [RemovedSpan(-1, 0, "A")],
    ],
)
def test_spans_that_do_not_fit_are_refused(removed: list[RemovedSpan]) -> None:
    """Wrong lengths, overlaps and places outside raise instead of giving another text."""
    with pytest.raises(ValueError, match="removed span"):
        restore_text("kept", removed)


def test_every_text_comes_back_exactly(
    out: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Emoji, CRLF, right-to-left text and rare line breaks included."""
    assert main(["restore", "out"]) == 0

    restored = [json.loads(line) for line in capsysbinary.readouterr().out.split(b"\n")[:-1]]
    assert restored == [{"id": str(n), "text": text} for n, text in enumerate(TEXTS)]


def test_restored_texts_can_go_to_a_file_or_a_folder(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``-o`` takes both, and the file appears whole."""
    (tmp_path / "folder").mkdir()

    assert main(["restore", "out", "-o", "texts.jsonl"]) == 0
    assert main(["restore", "out", "-o", "folder"]) == 0

    assert Path("texts.jsonl").read_bytes() == Path("folder/restored.jsonl").read_bytes()
    assert "cleaner: 4 texts restored to texts.jsonl\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("documents", '"text":"News', '"text":"Nws', "begins behind the end of the text"),
        ("documents", '"text":"No ', '"text":"No, no ', "characters come back, 17 were extracted"),
        ("documents", '"removed_spans":2', '"removed_spans":3', "belongs to"),
        ("documents", '"removed_spans":2', '"removed_spans":1', "16 characters come back, 26 were"),
        ("removed", "AD first", "AD firs", "holds 8 characters"),
        ("removed", '"id":"1"', '"id":"x"', "belongs to x"),
        ("documents", '{"id":"2"', '"id":"2"', "unexpected"),
    ],
)
def test_damage_is_named_by_shard_and_row(
    out: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, problem: str
) -> None:
    """An edited shard ends ``restore`` and ``verify`` with status 2 and a place to look."""
    path = out / file / "000000.jsonl"
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")

    assert main(["restore", "out"]) == 2
    error = capsys.readouterr().err
    assert "out/documents/000000, row " in error
    assert problem in error
    assert main(["verify", "out"]) == 2
    assert f"out/{file}/000000.jsonl: " in capsys.readouterr().err


def test_verify_finds_missing_and_foreign_shards(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shard that is gone, and one that the ledger does not name, are told."""
    (out / "removed" / "000000.jsonl").rename(out / "removed" / "000009.jsonl")

    assert main(["verify", "out"]) == 2

    error = capsys.readouterr().err
    assert "000000.jsonl: can't be read (No such file or directory)." in error
    assert "000009.jsonl: the ledger does not name this file." in error
    assert "out: 2 problems found." in error


def test_all_is_well(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``verify`` on an untouched folder says so, and changes nothing."""
    before = sorted(path.stat().st_mtime_ns for path in out.rglob("*"))

    assert main(["verify", "out"]) == 0

    assert capsys.readouterr().out == (
        "out: all is well. 1 shard, 4 documents, 6 removed spans, 0 quarantined records.\n"
    )
    assert sorted(path.stat().st_mtime_ns for path in out.rglob("*")) == before
