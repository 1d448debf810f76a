"""Documents that tell a story again are marked; everything else is left alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cleaner.cli import main
from cleaner.ledger import Ledger
from cleaner.near_duplicates import is_near, print_of

STORY = (
    "The council of Harbour Town voted seven to two on Monday to rebuild the old bridge over the "
    "Elm, a job that will cost nine million and close the road to cars for the whole of next "
    "summer. Mayor Ana Ruiz said that the bridge had carried the town for a century and would do "
    "so for another. Two members voted against the plan, since the money is taken from the "
    "school fund. Work begins in April, and boats will take people across while it lasts. "
)
OTHER_WRITER = (
    "Drivers in Harbour Town face a summer of detours after councillors agreed to tear down the "
    "crumbling crossing and put up a new one. Jo Hale, who was outvoted on Monday, told reporters "
    "that pupils would pay for it, police said 40 people protested. Ferries are to replace the "
    "bridge from spring, the mayor promised, and she hopes that the scheme will give the "
    "waterfront a second life once the last of the scaffolding has come down and the "
    "cafes along the quay have opened again. "
)
REPORT = (
    "Shares in Harbour Town closed {0} on day {1} of the month, with the local index at {2} "
    "points after {3} million in trades, brokers said. Fishing stocks stood at {4}, timber at "
    "{5} and shipping at {6}. The crown bought {7} euros at the close. Traders said that volumes "
    "were in line with the season, and that nobody expects the central bank to move its rates "
    "before the end of the year, whatever the weather does to the autumn catch along the coast. "
)
RUN = ["crawl", "-o", "out", "--dedup", "--quiet", "--workers"]


def near(one: str, other: str) -> bool:
    first, second = print_of("1", "-", one), print_of("2", "-", other)
    assert first is not None
    assert second is not None
    return is_near(first, second)


def crawl(tmp_path: Path, texts: dict[str, str]) -> Path:
    folder = tmp_path / "crawl"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def marks(folder: str = "out") -> dict[str, str | None]:
    """What each document is said to repeat, by the stem of its input."""
    rows = [
        json.loads(line)
        for path in sorted(Path(folder, "documents").glob("*"))
        for line in path.read_text("utf-8").splitlines()
    ]
    names = {row["id"]: Path(row["source"]).stem for row in rows}
    assert all(row["text"] for row in rows if row["metadata"]["duplicate_of"])
    return {
        names[row["id"]]: row["metadata"]["duplicate_of"] and names[row["metadata"]["duplicate_of"]]
        for row in rows
    }


def test_two_reports_on_one_event_are_not_duplicates() -> None:
    assert not near(STORY, OTHER_WRITER)
    assert not near(STORY, STORY[: len(STORY) // 2] + OTHER_WRITER)


def test_a_daily_report_on_the_same_form_is_no_duplicate() -> None:
    """The words are nearly all the same; what it reports are its numbers."""
    monday = REPORT.format("2% up", 4, "1,204", 31, 18, 40, 77, 11.2)
    friday = REPORT.format("1% up", 8, "1,190", 29, 17, 41, 79, 11.4)

    assert not near(monday, friday)
    assert near(monday, monday + "It rained.")


def test_one_level_more_is_another_report() -> None:
    warning = STORY + "The flood warning stands at level {}."

    assert not near(warning.format(2), warning.format(3))


def test_a_copy_with_a_word_changed_here_and_there_is_a_duplicate() -> None:
    copy = STORY.replace("a job", "work").replace("a century", "a hundred years").upper()

    assert near(STORY, copy)


def test_short_texts_have_no_print() -> None:
    assert print_of("1", "-", " ".join(["word"] * 49)) is None
    assert print_of("1", "-", " ".join(["word"] * 50)) is not None


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


TEXTS = {
    "a": STORY,
    "b": OTHER_WRITER,
    "c": STORY + "Boats leave hourly.",
    "d": "The bridge is closed.",
    "e": "The bridge is closed.",
    "f": STORY,
}
MARKS = {"a": None, "b": None, "c": "a", "d": None, "e": None, "f": "a"}


def test_the_first_of_near_duplicates_is_kept_and_the_others_keep_their_text(in_tmp: Path) -> None:
    """Nothing is removed: the row says what it repeats. Without the option nothing is said."""
    crawl(in_tmp, TEXTS)

    assert main([*RUN, "0"]) == 0
    assert marks() == MARKS
    assert main(["crawl", "-o", "plain", "--quiet", "--workers", "0"]) == 0
    assert set(marks("plain").values()) == {None}
    assert main(["restore", "out"]) == 0


def test_workers_and_small_shards_make_no_difference(in_tmp: Path) -> None:
    crawl(in_tmp, TEXTS)

    for workers in ("0", "2"):
        folder = f"out{workers}"
        arguments = ["crawl", "-o", folder, "--dedup", "--quiet", "--shard-size", "1"]
        assert main([*arguments, "--workers", workers]) == 0
        assert marks(folder) == MARKS


def test_a_later_run_compares_with_earlier_ones_and_changes_no_answer(in_tmp: Path) -> None:
    """A document that was first stays first, although one of another name sorts before it."""
    crawl(in_tmp, {"m": STORY})
    assert main([*RUN, "0"]) == 0
    crawl(in_tmp, {"a": STORY, "z": STORY})

    assert main([*RUN, "0"]) == 0
    assert marks() == {"m": None, "a": "m", "z": "m"}
    assert main([*RUN, "0", "--reprocess"]) == 0
    assert marks() == {"m": None, "a": "m", "z": "m"}


def test_a_document_that_tells_another_story_now_is_no_original_any_more(in_tmp: Path) -> None:
    folder = crawl(in_tmp, {"a": STORY})
    assert main([*RUN, "0"]) == 0
    (folder / "a.txt").write_text(OTHER_WRITER, "utf-8")
    crawl(in_tmp, {"b": STORY, "c": OTHER_WRITER})

    assert main([*RUN, "0"]) == 0
    assert marks() == {"a": None, "b": None, "c": "a"}


def test_a_commit_that_fails_leaves_no_trace(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was never committed is no original; the next run gives the usual answer."""
    crawl(in_tmp, TEXTS)
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main([*RUN, "0"]) == 130

    assert main([*RUN, "0"]) == 0
    assert marks() == MARKS


@pytest.mark.parametrize("options", [["--dedup"], []])
def test_replayed_documents_are_compared_where_the_run_compared(
    in_tmp: Path, options: list[str]
) -> None:
    """They repeat what was written before, or one another; without the option nothing is said."""
    stories = [{"text": STORY}, {"prose": STORY + "Boats leave hourly."}]
    stories += [{"prose": OTHER_WRITER}, {"prose": OTHER_WRITER.upper()}]
    Path("in.jsonl").write_text("".join(json.dumps(story) + "\n" for story in stories), "utf-8")
    assert main(["in.jsonl", "-o", "out", "--quiet", "--workers", "0", *options]) == 3

    assert main(["replay", "out", "--text-field", "prose", "--quiet", "--workers", "0"]) == 0
    [path, replayed] = sorted(Path("out", "documents").glob("*"))
    rows = [json.loads(line) for file in (path, replayed) for line in file.read_text().splitlines()]
    first, _, third, _ = [row["id"] for row in rows]
    marked = [row["metadata"]["duplicate_of"] for row in rows]
    assert marked == ([None, first, None, third] if options else [None] * 4)
    assert main(["verify", "out", "--quiet"]) == 0

    Path("more.jsonl").write_text(json.dumps({"text": OTHER_WRITER}) + "\n", "utf-8")
    assert main(["more.jsonl", "-o", "out", "--quiet", "--workers", "0", *options]) == 0
    last = json.loads(sorted(Path("out", "documents").glob("*"))[-1].read_text())
    assert last["metadata"]["duplicate_of"] == (third if options else None)


def test_a_missing_library_is_named_before_the_run(
    in_tmp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crawl(in_tmp, {"a": STORY})
    monkeypatch.setitem(sys.modules, "rensa", None)

    assert main([*RUN, "0"]) == 2
    assert "pip install 'cleaner[dedup]'" in capsys.readouterr().err
    assert not Path("out").exists()


def test_standard_output_remembers_nothing(
    in_tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crawl(in_tmp, {"a": STORY})

    assert main(["crawl", "--dedup"]) == 2
    assert "-o" in capsys.readouterr().err
