"""The command line: what users type, what they are told, and with which status it ends."""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path

import pytest

from cleaner import __version__
from cleaner.cli import main

pytestmark = pytest.mark.usefixtures("fake_cleaner")


def rows(folder: str | Path) -> list[dict[str, object]]:
    """All rows of the shards in a folder."""
    files = sorted(Path(folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_a_run_writes_both_halves_and_one_summary_line(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Documents and removed spans land in their folders; standard error has one line."""
    assert main(["crawl", "-o", "out"]) == 0

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "3 records in " in captured.err
    assert "3 written, 0 quarantined; 46.7 % of 45 characters removed." in captured.err
    assert [row["text"] for row in rows("out/documents")] == ["News a.\n", "News b.\n", "News c.\n"]
    assert [row["text"] for row in rows("out/removed")] == ["AD buy\n"] * 3
    assert not Path("out/quarantine").exists()


def test_a_record_has_the_promised_keys_in_their_order(crawl: Path) -> None:
    """The keys of a record and of its metadata are fixed, null where unknown, all scalars."""
    main(["crawl", "-o", "out"])

    row = rows("out/documents")[0]
    assert list(row) == ["id", "text", "source", "url", "added", "created", "metadata"]
    metadata = row["metadata"]
    assert isinstance(metadata, dict)
    assert " ".join(metadata) == (
        "title authors site host lang path record encoding extractor chars_in chars_out "
        "removed_spans ai_declared ai_disclosure ai_score ai_chars ai_suspect_chars truncated "
        "duplicate_of cleaner config"
    )
    assert all(value is None or isinstance(value, str | int) for value in metadata.values())
    assert (metadata["chars_in"], metadata["chars_out"], metadata["removed_spans"]) == (15, 8, 1)
    assert metadata["cleaner"] == __version__
    removed = rows("out/removed")[0]
    assert removed == {
        "id": row["id"], "start": 8, "end": 15, "text": "AD buy\n", "label": "chrome",
        "by": "rule:fake.ad", "score": 0.9,
    }  # fmt: skip


def test_a_second_run_has_nothing_to_do_and_says_so(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing new: status 0, one line, no run record, not a byte changed."""
    main(["crawl", "-o", "out"])
    before = {path: path.read_bytes() for path in Path("out").glob("*/*")}
    capsys.readouterr()

    assert main(["crawl", "-o", "out"]) == 0

    assert capsys.readouterr().err == "cleaner: nothing new: 3 inputs done already.\n"
    assert {path: path.read_bytes() for path in Path("out").glob("*/*")} == before


def test_quiet_says_nothing(crawl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--quiet`` leaves standard error empty when all went well."""
    assert main(["crawl", "-o", "out", "--quiet"]) == 0
    assert main(["crawl", "-o", "out", "--quiet"]) == 0

    assert capsys.readouterr().err == ""


def test_quarantined_records_give_status_3(crawl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rejected document is in the quarantine, told on standard error, and the rest is done."""
    (crawl / "b.txt").write_text("REJECT")

    assert main(["crawl", "-o", "out"]) == 3

    assert "quarantined: fake 1. See why: python -m cleaner status out" in capsys.readouterr().err
    [row] = rows("out/quarantine")
    assert list(row) == [
        "id", "path", "record", "offset", "length", "bytes", "media_type", "meta", "kind", "reason",
    ]  # fmt: skip
    assert (row["path"], row["bytes"], row["reason"]) == (
        "crawl/b.txt",
        "UkVKRUNU",
        "It asked for it.",
    )
    assert len(rows("out/documents")) == 2


def test_too_many_errors_stop_the_run_with_status_4(
    crawl: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the error budget the run stops after a commit, and the next one goes on."""
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 64)
    for number in range(200):
        (crawl / f"x{number:03}.txt").write_text("REJECT")

    assert main(["crawl", "-o", "out", "--max-errors", "2"]) == 4

    assert "more than --max-errors 2" in capsys.readouterr().err
    assert 3 <= len(rows("out/quarantine")) < 200
    assert main(["crawl", "-o", "out"]) == 3
    assert len(rows("out/quarantine")) == 200


def test_an_unknown_ending_is_passed_over_and_an_empty_folder_is_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without inputs is no error: cron jobs start before the crawl does."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"\x89PNG")

    assert main(["pictures", "-o", "out"]) == 0
    assert capsys.readouterr().err == (
        "cleaner: nothing to do: no input of a known kind among 1 file.\n"
    )


def test_an_output_folder_inside_the_input_is_not_read(crawl: Path) -> None:
    """``-o crawl/out`` works, twice."""
    assert main(["crawl", "-o", "crawl/out"]) == 0
    assert main(["crawl", "-o", "crawl/out"]) == 0

    assert len(rows("crawl/out/documents")) == 3


def test_a_changed_configuration_is_noticed_and_reprocess_redoes(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other options leave old records as they are and say so; ``--reprocess`` replaces them."""
    main(["crawl", "-o", "out"])
    capsys.readouterr()

    assert main(["crawl", "-o", "out", "--label-only"]) == 0
    assert (
        "cleaner: 3 inputs had been cleaned under another configuration (changed: label_only); "
        "their records stay as they are. To redo them, add --reprocess.\n"
    ) in capsys.readouterr().err
    assert rows("out/documents")[0]["text"] == "News a.\n"

    assert main(["crawl", "-o", "out", "--label-only", "--reprocess"]) == 0
    assert [row["text"] for row in rows("out/documents")] == [
        f"News {name}.\nAD buy\n" for name in "abc"
    ]
    assert rows("out/removed") == []
    assert [row["label"] for row in rows("out/labels")] == ["chrome"] * 3
    assert main(["verify", "out"]) == 0


@pytest.mark.parametrize(("compress", "suffix"), [("gzip", ".gz"), ("zstd", ".zst")])
def test_compressed_shards_restore_too(
    crawl: Path, capsysbinary: pytest.CaptureFixture[bytes], compress: str, suffix: str
) -> None:
    """``--compress`` changes the packing, and the texts still come back."""
    assert main(["crawl", "-o", "out", "--compress", compress]) == 0
    assert Path(f"out/documents/000000.jsonl{suffix}").exists()
    assert main(["verify", "out"]) == 0
    capsysbinary.readouterr()

    assert main(["restore", "out"]) == 0
    restored = [json.loads(line)["text"] for line in capsysbinary.readouterr().out.splitlines()]
    assert restored == [f"News {name}.\nAD buy\n" for name in "abc"]


def test_without_an_output_folder_documents_go_to_standard_output(
    crawl: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """JSON lines on standard output, rejected records on standard error with status 3."""
    (crawl / "b.txt").write_text("REJECT")

    assert main(["crawl"]) == 3

    captured = capsysbinary.readouterr()
    assert [json.loads(line)["text"] for line in captured.out.splitlines()] == [
        "News a.\n", "News c.\n",
    ]  # fmt: skip
    assert b"cleaner: crawl/b.txt: It asked for it. (fake)\n" in captured.err
    assert list(Path().iterdir()) == [crawl.relative_to(Path.cwd())]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_a_clean_error(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An output folder that may not be written ends with status 2 and advice."""
    Path("locked").mkdir()
    Path("locked").chmod(stat.S_IRUSR | stat.S_IXUSR)

    assert main(["crawl", "-o", "locked/out"]) == 2
    assert "You may not write there." in capsys.readouterr().err


def test_standard_input_is_cleaned_to_standard_output(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``-`` reads a pipe; what is in it is told from its first bytes."""

    class Standard:
        buffer = io.BytesIO(b'{"text": "News.\\nAD buy\\n"}\n{"text": "More."}\n')

    monkeypatch.setattr("sys.stdin", Standard)

    assert main(["-"]) == 0
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [(row["text"], row["source"]) for row in rows] == [("News.\n", "-"), ("More.", "-")]


def test_a_named_file_without_a_text_field_is_the_users_to_correct(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the fields that are there; inputs before it are done all the same."""
    Path("odd.jsonl").write_text('{"prose": "News."}\n')

    assert main(["crawl", "odd.jsonl", "-o", "out"]) == 2

    assert "odd.jsonl: The record has no field that looks like the text. Its fields: prose." in (
        capsys.readouterr().err
    )
    assert len(rows("out/documents")) == 3
    assert main(["crawl", "odd.jsonl", "-o", "out", "--text-field", "prose"]) == 0
    assert len(rows("out/documents")) == 4
