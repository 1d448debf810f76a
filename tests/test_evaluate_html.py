"""The measuring of HTML extraction: what it prints, and why it calls a page bad."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cleaner.modelstore import model_folder

SCRIPTS = str(Path(__file__).resolve().parents[1] / "scripts")
BODY = [
    "The harbour board voted 5-2 on Tuesday to close the ferry terminal at Mill Quay for a year.",
    "Engineers had told the board in March that the western pier was sinking by the month.",
    "“We looked at every way to keep it open, and none of them was safe,” said Ana Lindqvist.",
    "Buses will run across the bridge every ten minutes from October, the city council said.",
    "The shipyard, which employs 900 people, will put on boats of its own for the early shift"
    " until the new terminal opens, and wants the city to pay for half of what they cost.",
    "About 3,400 people use the ferry on a working day, most of them to reach the shipyard or the"
    " hospital on the northern shore, where there is next to no room to park a car.",
    "The board will look at three offers for the repair in June, and one of them would keep a"
    " single berth open through the summer if the weather allows it, the engineers said.",
]
PAGE = "<h1>Terminal to close</h1><article>" + "".join(f"<p>{text}</p>" for text in BODY)


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)


def reason(text: list[str], gold: list[str]) -> str:
    from html_corpus import GoldPage
    from html_worst import reason as computed

    return computed(GoldPage("s", "1", None, "d", "en", PAGE, tuple(gold)), "\n".join(text))


def test_the_reason_is_the_larger_half_of_the_mistake() -> None:
    """A text that lacks a paragraph lost it; one that has too many kept filler."""
    assert reason(BODY[:4], BODY).startswith("lost prose")
    assert reason([*BODY, "Sign up for our letter and never miss a thing again."], BODY).startswith(
        "kept filler"
    )


def test_a_gold_text_that_stops_early_or_stands_elsewhere_is_called_odd() -> None:
    assert reason(BODY, BODY[:4]).startswith("gold oddity: it stops")
    assert reason(BODY, ["Snow fell on Friday in the north."]).startswith("gold oddity: no choice")


def test_evaluate_html_measures_program_and_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`evaluate.py html` is the way in; a part of the pages is not held against the floors."""
    import evaluate
    from html_corpus import FOLDS, SOURCES

    (tmp_path / "pages").mkdir()
    for source in SOURCES:
        record = {
            "id": "1", "source": source, "url": "https://paper.example/a", "lang": "en",
            "html": PAGE, "gold_paragraphs": BODY, "gold_text": "\n".join(BODY),
        }  # fmt: skip
        with gzip.open(tmp_path / "pages" / f"{source}.jsonl.gz", "wt") as file:
            file.write(json.dumps(record) + "\n")
    for fold in range(FOLDS):
        (tmp_path / f"fold-{fold}").symlink_to(model_folder() / "blocks")

    status = evaluate.main(
        ["--data", str(tmp_path), "html", "--folds", str(tmp_path), "--limit", "1", "--peers"]
    )

    printed = capsys.readouterr().out
    assert status == 0
    assert "### newspaper4k-dataset/en (1 pages)" in printed
    assert "| program | " in printed
    assert "| model | 1.0000" in printed
    assert "worst 20 of program" in printed


def test_floors_are_pinned_and_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lower number fails under its floor, and the floor is not lowered without a reason."""
    import argparse

    import evaluate_html
    import gate

    (tmp_path / "pages").mkdir()
    options = argparse.Namespace(models=tmp_path, data=tmp_path, update=True, allow_regression=None)
    good, bad = {"program.a/en.f1": 0.95}, {"program.a/en.f1": 0.9}

    assert evaluate_html.check(options, good) == 0
    assert evaluate_html.check(options, bad) == 1
    options.update = False
    assert evaluate_html.check(options, good) == 0
    assert evaluate_html.check(options, bad) == 1
    assert "pinned at 0.9470 or more" in capsys.readouterr().out
    assert gate.read_metrics(tmp_path / "blocks")["limits"] == {"program.a/en.f1": 0.947}
