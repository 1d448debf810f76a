"""A user's labels: pages of paragraphs, and a clear refusal of what is no label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.errors import InputError
from cleaner.labelled import ARTICLE, CONTEXT, OTHER, read_labels


def write(path: Path, *rows: object) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def row(text: str, label: str, **fields: object) -> dict[str, object]:
    """One labelled paragraph."""
    return {"text": text, "label": label, **fields}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: is no JSON"),
        ("[1]", "line 2: is no object with the fields text and label"),
        ('{"label": "filler"}', "line 2: has no text"),
        ('{"text": " ", "label": "filler"}', "line 2: has no text"),
        ('{"text": "Rain."}', "line 2: the label None is none of reporting, filler, chrome"),
        ('{"text": "Rain.", "label": "advert"}', "line 2: the label 'advert' is none of"),
        ('{"text": "Rain.", "label": ["filler"]}', "line 2: the label ['filler'] is none of"),
        ('{"text": "Rain.", "label": "ai_commentary"}', "line 2: ai_commentary: who wrote a text"),
        ('{"text": "R.", "label": "filler", "page": [1]}', "line 2: the page [1] is neither"),
        ('{"text": "R.", "label": "filler", "page": true}', "line 2: the page True is neither"),
        ('{"text": "R.", "label": "filler", "order": "1"}', "line 2: the order '1' is no number"),
    ],
)
def test_a_line_that_is_no_label_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """File, line and problem are named; nothing is guessed or passed over."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"text": "Fine.", "label": "reporting"}\n' + line + "\n", "utf-8")

    with pytest.raises(InputError) as caught:
        read_labels(path)

    assert str(caught.value).startswith(f"{path}: {message}")


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    """Nothing is learned from nothing."""
    with pytest.raises(InputError, match="no labels in it"):
        read_labels(write(tmp_path / "empty.jsonl"))
    with pytest.raises(InputError, match=r"missing\.jsonl: can't be read"):
        read_labels(tmp_path / "missing.jsonl")


def test_lines_of_one_page_stand_together_in_their_order(tmp_path: Path) -> None:
    """`page`, or `id` in its place; by `order` where there is one, else as in the file."""
    path = write(
        tmp_path / "labels.jsonl",
        row("Second.", "reporting", page="a", order=2),
        row("Alone.", "chrome"),
        row("First.", "filler", page="a", order=1),
        row("B one.", "reporting", id=7),
        row("B two.", "chrome", id=7),
    )

    pages = read_labels(path)

    assert [page.texts for page in pages] == [
        ("First.", "Second."), ("Alone.",), ("B one.", "B two."),
    ]  # fmt: skip
    assert [page.keep.tolist() for page in pages] == [[OTHER, ARTICLE], [OTHER], [ARTICLE, OTHER]]


def test_names_of_pages_never_meet_numbers_of_lines(tmp_path: Path) -> None:
    """The line without a page is no part of the page that is called like its number."""
    path = write(
        tmp_path / "labels.jsonl",
        row("On the page called 2.", "reporting", page="2"),
        row("On no page, in line 2.", "chrome"),
    )

    assert len(read_labels(path)) == 2


def test_metadata_and_copies_are_context(tmp_path: Path) -> None:
    """The content model judges neither headlines nor copies, so it learns neither."""
    labels = ("title", "heading", "duplicate")
    path = write(tmp_path / "labels.jsonl", *(row("Text.", label, page=1) for label in labels))

    [page] = read_labels(path)

    assert page.keep.tolist() == [CONTEXT] * 3
