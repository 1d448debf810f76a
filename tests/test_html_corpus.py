"""Labels for training: what of a page stands in its gold text."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from html_corpus import block_labels

NAME = "According to harbour master Ana Lindqvist,"
FIRST = f"{NAME} the ferry will stop at noon because of the wind."
SECOND = f"{NAME} nobody was hurt when the pier gave way on Friday night."
BETWEEN = "The shipyard will put on boats of its own until the new terminal opens."


def test_a_paragraph_that_opens_like_an_earlier_one_keeps_its_place() -> None:
    """The same name with "according to" opens both: each one is in the gold text."""
    assert block_labels([FIRST, BETWEEN, SECOND], [FIRST, BETWEEN, SECOND]) == [1, 1, 1]


def test_a_teaser_of_the_first_paragraph_is_not_the_article() -> None:
    """A copy above the article that the gold has only once is furniture."""
    assert block_labels([BETWEEN, FIRST, BETWEEN, SECOND], [FIRST, BETWEEN, SECOND]) == [0, 1, 1, 1]


def test_what_shares_only_an_opening_with_the_gold_is_furniture() -> None:
    other = f"{NAME} who takes readers through the best fish soups of the whole coast this week."

    assert block_labels([FIRST, BETWEEN, other], [FIRST, BETWEEN]) == [1, 1, 0]
