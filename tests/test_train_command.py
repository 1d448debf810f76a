"""``train``: a user's labels change the judgement of their like, and little else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cleaner.classify import Page, judge, load_models
from cleaner.cli import main
from cleaner.modelstore import load_content, load_rehearsal, model_folder
from cleaner.records import Document
from cleaner.rehearsal import MAX_PATTERNS
from cleaner.segment import segment

TOWNS = ("Alder", "Birch", "Cedar", "Dover", "Elm", "Fern", "Grove", "Hazel", "Iris", "Juniper")
# A publisher's standing line that reads like reporting: only its own readers know better.
STANDING = "The {town} almanac recorded the moonrise and the tide tables for the {town} harbour."
REPORT = "The {town} council voted 5-2 on Tuesday to repair the old bridge, Mayor Ana Ruiz said."
MORE = "Work on the bridge in {town} will begin in March and cost $2 million, according to Ruiz."


def labels(path: Path, towns: tuple[str, ...] = TOWNS) -> Path:
    """Pages of three paragraphs, the last one filler."""
    rows = [
        {"text": text.format(town=town), "label": label, "page": town, "order": order}
        for town in towns
        for order, (text, label) in enumerate(
            [(REPORT, "reporting"), (MORE, "reporting"), (STANDING, "filler")]
        )
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def article_probabilities(models: Path | None, text: str) -> list[float]:
    """P(belongs to the article) for each line of a dump."""
    paragraphs = segment(Document("", "", None, text))
    page = Page(paragraphs, np.zeros(len(paragraphs), np.bool_), True)
    return judge(load_models(models), [page])[0].content.tolist()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that have learned the standing line."""
    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "--labels", str(labels(folder / "labels.jsonl")), "--quiet"]
    assert main([*words, "-o", str(folder / "models")]) == 0
    return folder / "models"


def test_it_learns_a_line_of_a_kind_and_leaves_the_rest_alone(trained: Path) -> None:
    """A town that no label names: its standing line goes, its reporting stays."""
    text = "\n".join(line.format(town="Quarry") for line in (REPORT, MORE, STANDING))

    shipped = article_probabilities(None, text)
    learned = article_probabilities(trained, text)

    assert min(shipped) > 0.5
    assert min(learned[:2]) > 0.5
    assert learned[2] < 0.5


def test_what_it_remembers_is_not_forgotten(trained: Path) -> None:
    """On rows of the original training next to nothing changes."""
    metrics = json.loads((trained / "content" / "metrics.json").read_text("utf-8"))
    remembered = metrics["remembered"]

    assert remembered["rows"] > 200
    assert abs(remembered["after"] - remembered["before"]) < 0.02
    assert metrics["held_out"]["after"] > metrics["held_out"]["before"]


def test_the_card_says_what_it_was_derived_from(trained: Path) -> None:
    """Digest of the original, counts, and what no longer holds."""
    card = (trained / "content" / "card.md").read_text("utf-8")
    original = load_content(model_folder() / "content").digest

    assert f"content@{original}" in card
    assert "30 labelled paragraphs on 10 pages" in card
    assert load_content(trained / "content").digest != original


def test_the_same_labels_give_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    """Training has no chance in it, and the card no clock."""
    words = ["train", "--labels", str(labels(tmp_path / "labels.jsonl")), "--quiet"]

    assert main([*words, "-o", str(tmp_path / "again")]) == 0

    for name in ("arrays.npz", "model.json", "card.md", "metrics.json"):
        again = (tmp_path / "again" / "content" / name).read_bytes()
        assert again == (trained / "content" / name).read_bytes()


def test_it_goes_on_from_a_derived_model(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second lesson adds to the first, and says what changed."""
    asked = "Tell {town} drivers what you think in our weekly survey of roads."
    other = [{"text": asked.format(town=town), "label": "chrome"} for town in TOWNS]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in other), "utf-8")
    words = ["train", "--labels", str(path), "--models", str(trained)]

    assert main([*words, "-o", str(tmp_path / "second")]) == 0

    told = capsys.readouterr().out
    assert "Learned from 10 paragraphs of 10 pages." in told
    assert f"--models {tmp_path / 'second'}" in told
    text = "\n".join(line.format(town="Quarry") for line in (REPORT, MORE, STANDING))
    assert article_probabilities(tmp_path / "second", text)[2] < 0.5


def test_a_folder_in_use_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody's files stay as they are."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    words = ["train", "--labels", str(labels(tmp_path / "l.jsonl")), "-o", str(tmp_path / "mine")]

    assert main(words) == 2
    assert "there is something here already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_models_that_are_not_there_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written beside them."""
    words = ["train", "--labels", str(labels(tmp_path / "l.jsonl")), "-o", str(tmp_path / "new")]

    assert main([*words, "--models", str(tmp_path / "none")]) == 2
    assert "no model here" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_bad_line_is_named_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line in thirty with a label that isn't there ends the command."""
    path = labels(tmp_path / "labels.jsonl")
    path.write_text(path.read_text("utf-8") + '{"text": "Rain.", "label": "advert"}\n', "utf-8")

    assert main(["train", "--labels", str(path), "-o", str(tmp_path / "new")]) == 2
    assert "labels.jsonl: line 31: the label 'advert' is none of" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_too_few_labels_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two pages of three lines would only teach these six lines."""
    path = labels(tmp_path / "labels.jsonl", TOWNS[:2])

    assert main(["train", "--labels", str(path), "-o", str(tmp_path / "new")]) == 2
    assert "only 6 paragraphs labelled" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_stored_rows_are_no_text() -> None:
    """Hashes in their order and not in that of the words, few of each row, of many rows."""
    rows = load_rehearsal(model_folder() / "content").patterns
    sizes = np.diff(rows.first)

    assert sizes.size > 500
    assert sizes.max() <= MAX_PATTERNS
    for start, end in zip(rows.first[:-1].tolist(), rows.first[1:].tolist(), strict=True):
        assert (np.diff(rows.places[start:end]) >= 0).all()
