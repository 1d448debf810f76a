"""Printed dates to ISO 8601."""

from __future__ import annotations

import pytest

from cleaner.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Monday",
        "11 September",
        "May",
        "2025",
        "September 2025",
        "1/2",
        "in 1984 dollars",
        "2025-13-45",
        "9" * 200,
        "11 September 25",
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    """A date without year, month or day is no date."""
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-11", "2025-09-11"),
        ("2025-09-11T10:41:05Z", "2025-09-11T10:41:05+00:00"),
        ("date 2025-09-11", "2025-09-11"),
        ("Sept. 11, 2025", "2025-09-11"),
        ("Thursday, 11 September 2025", "2025-09-11"),
        ("Updated: Sep 11, 2025, 10:41 AM", "2025-09-11T10:41:00"),
        ("11. März 2024", "2024-03-11"),
        ("3 de mayo de 2023", "2023-05-03"),
        ("le 14 août 2022", None),
    ],
)
def test_dates_in_many_wordings(text: str, expected: str | None) -> None:
    """The wordings that publishers use; words around the date are the rules' business."""
    assert parse_date(text) == expected
