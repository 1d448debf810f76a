"""What is lifted into metadata, and when a text counts as cut off."""

from __future__ import annotations

import pytest

from cleaner.header import Header
from cleaner.metadata import _authors, is_truncated
from cleaner.records import Action, Decision, Span
from cleaner.rules import Lifted

LONG = (
    "The council voted seven to two on Monday to rebuild the old harbour bridge, a job that will "
    "cost the city nine million and close the road to cars for"
)


def truncated(*paragraphs: tuple[str, str]) -> bool:
    text, decisions = "", []
    for label, paragraph in paragraphs:
        decisions.append(
            Decision(Span(len(text), len(text) + len(paragraph)), Action.KEEP, label, None)
        )
        text += paragraph + "\n"
    return is_truncated(text, decisions)


@pytest.mark.parametrize(
    "end",
    [
        "The vote was seven to two.",
        "“Nobody asked us,” she said.*",
        "He paused. “Why?”",
        "- Ferry fares and pier fees",
        "What the islands want",
        "Reporting by Ana Lindqvist in Port City",
        "市议会周一投票决定重建旧港口大桥",
        "",
    ],
)
def test_these_endings_are_whole(end: str) -> None:
    """Sentences, list items, sub-headings, and scripts that end otherwise."""
    assert not truncated(("reporting", LONG), ("reporting", end or "Done."))


@pytest.mark.parametrize(
    "end",
    [LONG, "- It shows the city's high emphasis on", "The mayor said…", "He went on to [...]",
     "The port, the islands and the"],
)  # fmt: skip
def test_these_endings_are_cut_off(end: str) -> None:
    """A long line without an end, an open word, an ellipsis."""
    assert truncated(("reporting", "One."), ("reporting", end))


def test_chrome_below_the_article_does_not_matter() -> None:
    """What counts is the last paragraph of the article, also when it is a machine's."""
    assert truncated(("ai_commentary", LONG), ("chrome", "Sign in."))
    assert not truncated(("reporting", "The end."), ("chrome", "Menu of the"))
    assert not truncated(("chrome", LONG))


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ana Lindqvist", "Ana Lindqvist"),
        ("By ANA LINDQVIST and Tom Reyes", "ANA LINDQVIST; Tom Reyes"),
        ("Von Ana Lindqvist", "Ana Lindqvist"),
        ("Ana Lindqvist, Tom Reyes & Jo Bell", "Ana Lindqvist; Tom Reyes; Jo Bell"),
        ("", None),
    ],
)
def test_bylines_become_names(byline: str, authors: str | None) -> None:
    """Names only, joined with semicolons, each once."""
    lifted = [Lifted("authors", byline, Span(0, 1), "rule:x.y")] * 2 if byline else []

    assert _authors(lifted, Header(None, None, ())) == authors
