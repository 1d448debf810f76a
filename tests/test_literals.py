"""Where the literals of rules point: few places, and never one too few."""

from __future__ import annotations

import pytest

from cleaner.literals import Literals, Places, is_where
from cleaner.rule import Rule
from cleaner.view import view

_LINE = Rule(
    id="test.line",
    label="chrome",
    removes="paragraph",
    why="A test.",
    anchors=("read more",),
    pattern="(?i) ^ read [ ] more $",
    hits=("⟦Read more⟧",),
    misses=("He read more books.",),
)


def _find(rule: Rule, text: str) -> Places:
    [places] = Literals([rule]).find_all([view(text)])
    return places


def test_prose_is_too_long_for_a_rule_of_whole_lines() -> None:
    """The literal stands in both lines, and only the short one can match."""
    prose = "He had read more books on harbours than anybody else in the town, " * 4
    text = f"{prose}\nRead more\n{prose}"

    assert _find(_LINE, text).lines == {0: {len(prose) + 1: len(prose) + 10}}


@pytest.mark.parametrize(
    "text", ["Read more", "Read more\n", "\nRead more", "“Read more", "é\nread more"]
)
def test_the_line_is_found_at_every_edge_of_a_text(text: str) -> None:
    """First line, last line, behind letters of several bytes."""
    [(start, end)] = _find(_LINE, text).lines[0].items()

    assert text[start:end].lower().endswith("read more")


def test_an_anchor_that_begins_with_a_newline_means_the_line_behind_it() -> None:
    """Otherwise the line before would be tried."""
    rule = Rule(**{**_fields(_LINE), "anchors": ("\nread more",)})

    assert _find(rule, "One\nRead more\nTwo").lines == {0: {4: 13}}


def test_each_line_is_tried_once_however_many_anchors_it_has() -> None:
    """A line of twenty copies is one try."""
    assert len(_find(_LINE, "read more " * 12).lines[0]) == 1


def test_rules_that_look_beyond_their_line_get_the_place() -> None:
    """Their pattern may begin two lines above the anchor."""
    rule = Rule(**{**_fields(_LINE), "pattern": r"(?i) read \s+ more"})
    found = _find(rule, "A line.\nPlease read more")

    assert (found.lines, found.around) == ({}, {0: [15]})


def test_a_limit_on_the_line_spares_prose_from_them_too() -> None:
    """A heading with what follows it is short, whatever word of it stands in prose."""
    fields = {"anchors": ("summary",), "pattern": r"(?i) ^ summary \n -", "max_line": 20}
    rule = Rule(**{**_fields(_LINE), **fields})
    prose = "A summary of the talks was read to them."

    assert _find(rule, f"{prose}\nSummary\n- One").around == {0: [len(prose) + 1]}


@pytest.mark.parametrize(
    ("where", "start", "expected"),
    [("head", 1_499, True), ("head", 2_500, False), ("tail", 4_999, False), ("tail", 5_000, True)],
)
def test_where(where: str, start: int, expected: bool) -> None:
    """The head is a quarter of a text, or 1,500 characters; the tail is its second half."""
    assert is_where(where, start, start + 1, 10_000) is expected


def _fields(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in Rule.__slots__}
