"""The command line: what users type, what they are told, and with which status it ends."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner import __version__
from cleaner.cli import main

pytestmark = pytest.mark.usefixtures("fake_cleaner")


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder of three texts, two lines each; the second line is an advertisement."""
    folder = tmp_path / "crawl"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"News {name}.\nAD buy\n", "utf-8")
    return folder


def rows(folder: str | Path) -> list[dict[str, object]]:
    """All rows of the shards in a folder."""
    files = sorted(Path(folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


# --- what is refused -----------------------------------------------------------------------


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


# --- cleaning ------------------------------------------------------------------------------


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
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over the error budget the run stops after a commit, and the next one goes on."""
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


# --- other verbs ---------------------------------------------------------------------------


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
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=60)

    assert (done.returncode, done.stdout) == (0, f"cleaner {__version__}\n")


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
