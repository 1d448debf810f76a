"""Where a page is cut: at a half where the model is sure, lower where it is not."""

from __future__ import annotations

import numpy as np

from cleaner.expected_f1 import level_pages

SURE = np.array([9, -9, 9, -9, -9], np.float32)
UNSURE = np.array([0.4, -0.2, -0.4, -4, -4], np.float32)


def level(logits: np.ndarray, settled: list[int] | None = None) -> np.ndarray:
    flags = np.zeros(logits.size, np.bool_)
    flags[settled or []] = True
    return level_pages(logits, np.full(logits.size, 80), flags, np.array([0, logits.size]))


def test_a_page_that_is_read_with_ease_stays_as_it_is() -> None:
    assert np.abs(level(SURE) - SURE).max() < 0.01


def test_a_page_of_nothing_but_furniture_is_not_talked_into_an_article() -> None:
    """However unsure the model is elsewhere, what is surely furniture goes."""
    chrome = np.full(20, -5, np.float32)

    assert (level(chrome) < 0).all()
    assert (level(UNSURE)[3:] < 0).all()


def test_an_unsure_page_keeps_what_is_more_likely_gain_than_loss() -> None:
    assert (level(UNSURE)[:3] > 0).all()


def test_what_is_settled_says_nothing_about_the_page() -> None:
    """A page whose doubtful blocks are explained is as sure as one without them."""
    page = np.concatenate([SURE, UNSURE])

    assert np.abs(level(page, [5, 6, 7, 8, 9])[:5] - SURE).max() < 0.01
    assert np.abs(level(page)[:5] - SURE).max() > 0.01


def test_pages_don_t_touch_each_other() -> None:
    both = level_pages(
        np.concatenate([SURE, UNSURE]),
        np.full(10, 80),
        np.zeros(10, np.bool_),
        np.array([0, 5, 10]),
    )

    assert np.array_equal(both, np.concatenate([level(SURE), level(UNSURE)]))
