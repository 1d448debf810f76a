"""Repetition inside a document: the first copy stays."""

from __future__ import annotations

import pytest

from cleaner.duplicates import find_duplicates
from cleaner.records import Document
from cleaner.segment import segment
from cleaner.view import view

A = "The ferry company cancelled all sailings on Friday after a crane fell onto its pier."
B = 'Nobody was hurt, "and that is what counts," harbour master Inga Solberg told reporters.'
C = "Engineers from the port began to cut the steel apart on Saturday morning, the company said."


def duplicates_of(*lines: str, settled: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    text = "\n".join(lines)
    found = find_duplicates(segment(Document("1", "-", None, text)), view(text), settled)
    return [(duplicate.index, duplicate.first) for duplicate in found]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((A, B, C), id="nothing recurs"),
        pytest.param(("Agreed to.", A, "Agreed to.", B, "Agreed to."), id="a standing phrase"),
        pytest.param((A, f"{A} It gave no date."), id="one contains the other"),
        pytest.param(("No.", "No.", "No.", A), id="a refrain of single words"),
        pytest.param(("Home 2, Away 1", A, "Home 2, Away 1"), id="a score given twice"),
    ],
)
def test_repetition_with_a_reason_is_left_alone(lines: tuple[str, ...]) -> None:
    """Short lines recur in honest text; alone they are no evidence."""
    assert duplicates_of(*lines) == []


@pytest.mark.parametrize(
    "again",
    [
        B.replace('"', "”").replace("and", "„and"),
        B.replace(" ", "\u00a0"),
        f"  ‚{B}‘",
        B.upper(),
        B.replace(", ", ",\n", 1),
    ],
)
def test_typography_makes_no_difference(again: str) -> None:
    """Quotation marks, spaces, capitals and line breaks differ; the words don't."""
    assert duplicates_of(A, B, again, C) == [(2, 1)]


def test_other_words_make_a_difference() -> None:
    """One digit of a figure is news."""
    assert duplicates_of(f"{A} It costs 40,000.", f"{A} It costs 41,000.") == []


def test_a_run_is_found_with_its_short_lines() -> None:
    """A short line counts inside a run that recurs with it."""
    assert duplicates_of(A, "No date.", B, A, "No date.", B) == [(3, 0), (4, 1), (5, 2)]


def test_interleaved_copies_are_found() -> None:
    """Every paragraph printed twice in a row."""
    assert duplicates_of(A, A, B, B, C, C) == [(1, 0), (3, 2), (5, 4)]


def test_quotes_and_white_space_may_differ() -> None:
    """Typography is not content."""
    other = B.replace('"', "”").replace(" harbour", "  harbour").replace("'", "’")

    assert duplicates_of(B, A, other) == [(2, 0)]


def test_what_is_explained_already_is_no_original() -> None:
    """A copy whose original a rule removes is the first that counts."""
    assert duplicates_of(A, B, A, settled=(0,)) == []
