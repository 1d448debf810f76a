"""The surroundings of paragraphs: neighbours, density of prose, stretches of content.

Arrays have one row a paragraph. `starts` says where each page's rows begin, with the number
of rows as its last entry, so that nothing reaches into another page. Sums over stretches of a
page are sums of whole numbers: exact, whatever stands before the page.

Features lie in memory column by column, because they are computed and compared so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints

Flags = NDArray[np.bool_]
_SPANS = np.array([2, 6, 15, 40])[:, None]
_GAP = 2
_APART = 1 << 40  # further apart than any two values of pages
_LONG_LIST, _FEW, _HEADLINE = 15, 0.35, 65


def rows_of_pages(lengths: Ints) -> tuple[Ints, Ints]:
    """Where each page's rows start (and the end), and each row's page.

    >>> [rows.tolist() for rows in rows_of_pages(np.array([2, 0, 1]))]
    [[0, 2, 2, 3], [0, 0, 2]]
    """
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    return starts, np.repeat(np.arange(lengths.size), lengths)


def columns(parts: Sequence[NDArray[Any]], rows: int) -> Floats:
    """One array ``(rows, columns)`` of columns and of arrays ``(columns, rows)``.

    >>> columns([np.array([1, 2]), np.array([[3, 4], [5, 6]])], 2).tolist()
    [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    """
    sizes = [part.shape[0] if part.ndim > 1 else 1 for part in parts]
    result = np.empty((sum(sizes), rows), np.float32)
    done = 0
    for part, size in zip(parts, sizes, strict=True):
        result[done : done + size] = part
        done += size
    return result.T


def running(values: NDArray[Any]) -> Ints:
    """How much of whole numbers or flags stands before each place, and in all."""
    sums = np.zeros(values.size + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def highest_up_to(values: Ints, page: Ints) -> Ints:
    """The highest value from the first row of its page up to each row.

    >>> highest_up_to(np.array([3, 1, 5, 2, 4]), np.array([0, 0, 0, 1, 1])).tolist()
    [3, 3, 5, 2, 4]
    """
    offset = page * _APART  # one maximum over all pages, which begins anew with each
    return np.asarray(np.maximum.accumulate(values + offset, axis=-1) - offset)


def highest_from(values: Ints, page: Ints) -> Ints:
    """The highest value from each row on to the last row of its page.

    >>> highest_from(np.array([3, 1, 5, 2, 4]), np.array([0, 0, 0, 1, 1])).tolist()
    [5, 5, 5, 4, 4]
    """
    offset = page * _APART
    behind = (values - offset)[..., ::-1]
    return np.asarray(np.maximum.accumulate(behind, axis=-1)[..., ::-1] + offset)


def side_by_side(parts: Sequence[NDArray[Any]]) -> Floats:
    """Features ``(rows, columns)`` beside each other; a part without columns is one.

    >>> side_by_side([np.array([[1, 2], [3, 4]]), np.array([5, 6])]).tolist()
    [[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]]
    """
    return columns([part.T for part in parts], len(parts[0]))


def neighbours(values: Floats, starts: Ints, page: Ints, reach: int) -> Floats:
    """The rows at distance ``-reach..reach`` (without 0), side by side.

    Each has one more column, which is 1 where there is no such row on the page; then the
    others are 0.
    """
    rows, width = values.shape
    # Between two pages, and around all of them, as many empty rows as one can reach.
    place = np.arange(reach, rows + reach)
    place += page * reach
    padded = np.zeros((width + 1, rows + (starts.size + 1) * reach), np.float32)
    padded[-1] = 1
    padded[:-1, place] = values.T
    padded[-1, place] = 0
    result = np.empty((2 * reach, width + 1, rows), np.float32)
    distances = [distance for distance in range(-reach, reach + 1) if distance]
    for distance, found in zip(distances, result, strict=True):
        padded.take(place + distance, axis=1, out=found, mode="clip")
    return result.reshape(2 * reach * (width + 1), rows).T


class Stretches(NamedTuple):
    """The next 2, 6, 15, 40 rows before and after each row, and all of them, on its page.

    Both arrays are ``(10, rows)``: before and after in turn, without the row itself.
    """

    begin: Ints
    end: Ints

    def sums(self, values: Ints) -> Ints:
        """Sums of whole numbers over each stretch."""
        running = np.zeros(values.size + 1, np.int64)
        np.cumsum(values, out=running[1:])
        result = running.take(self.end)
        result -= running.take(self.begin)
        return result


def stretches(starts: Ints, page: Ints) -> Stretches:
    rows = np.arange(page.size)
    low, high = starts[page], starts[page + 1]
    shape = (2 * len(_SPANS) + 2, page.size)
    begin, end = np.empty(shape, np.int64), np.empty(shape, np.int64)
    end[0::2], begin[1::2] = rows, rows + 1
    np.maximum(rows - _SPANS, low, out=begin[0:-2:2])
    np.minimum(rows + 1 + _SPANS, high, out=end[1:-2:2])
    begin[-2], end[-1] = low, high
    return Stretches(begin, end)


def density(mass: Ints, chars: Ints, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """How much of the text around a row is prose, and where on its page the row stands."""
    around = stretches(starts, page)
    masses = around.sums(mass) / 256.0
    sizes = around.sums(chars) + 1.0
    total = masses[-1] + masses[-2] + mass / 256.0
    size = sizes[-1] + sizes[-2] + chars - 2.0
    before, after = around.end[-2] - around.begin[-2], around.end[-1] - around.begin[-1]
    count = before + after + 1.0
    return columns(
        [
            masses / sizes,
            np.log1p(masses) / 8,
            masses[-2:] / (total + 1.0),
            (before + 0.5) / count,
            np.log1p(before) / 5,
            np.log1p(after) / 5,
            total / (size + 1.0),
            np.log1p(size / count) / 6,
            np.log1p(size) / 10,
            whole[page],
        ],
        page.size,
    )


def _runs_of(places: Ints, page: Ints) -> Ints:
    """Which run each of these rows belongs to; a run goes on over up to two other rows."""
    opens = np.ones(places.size, np.bool_)
    opens[1:] = (np.diff(places) > _GAP + 1) | (page[places[1:]] != page[places[:-1]])
    return np.asarray(np.cumsum(opens) - 1)


def list_lengths(items: Flags, page: Ints) -> Ints:
    """How many items each item's list has, over gaps of up to two rows; 0 for other rows.

    >>> list_lengths(np.array([True, False, True, True, False]), np.zeros(5, np.int64)).tolist()
    [3, 0, 3, 3, 0]
    """
    places = np.flatnonzero(items)
    lengths = np.zeros(items.size, np.int64)
    run = _runs_of(places, page)
    lengths[places] = np.bincount(run)[run]
    return lengths


def headline_lists(items: Flags, ends: Flags, chars: Ints, page: Ints) -> Flags:
    """Which list items belong to a long list of headlines, over gaps of up to two rows.

    A publisher's hundred headlines beside every article are long, and hardly one ends as a
    sentence does (`ends`). What an article lists is shorter (names, prices), or sentences.

    >>> items, chars, page = np.ones(20, np.bool_), np.full(20, 90), np.zeros(20, np.int64)
    >>> headline_lists(items, ~items, chars, page).all()
    np.True_
    >>> headline_lists(items, items, chars, page).any(), headline_lists(
    ...     items, ~items, chars // 2, page).any()
    (np.False_, np.False_)
    """
    places = np.flatnonzero(items)
    member = np.zeros(items.size, np.bool_)
    if places.size:
        run = _runs_of(places, page)
        size = np.bincount(run)
        sentences = np.bincount(run, weights=ends[places])
        length = np.bincount(run, weights=chars[places])
        found = (size >= _LONG_LIST) & (sentences < _FEW * size) & (length >= _HEADLINE * size)
        member[places] = found[run]
    return member


def runs(likely: Flags, chars: Ints, starts: Ints, page: Ints) -> Floats:
    """The stretches of likely content: how much each holds, and how far away the next one is.

    A stretch goes on over up to two other rows (a sub-heading, an advertisement). Columns:
    the share of the page's likely content in the row's own stretch, in the nearest one before
    and in the nearest one after; 1 where the own stretch is the largest; closeness to both.
    """
    places = np.flatnonzero(likely)
    if not places.size:
        return columns([np.zeros((6, page.size))], page.size)
    opens = np.ones(places.size, np.bool_)
    opens[1:] = (np.diff(places) > _GAP + 1) | (page[places[1:]] != page[places[:-1]])
    run = np.cumsum(opens) - 1
    size = np.bincount(run, weights=chars[places])
    run_page = page[places[opens]]
    total = np.bincount(page[places], weights=chars[places], minlength=starts.size - 1)
    largest = np.zeros(starts.size - 1)
    np.maximum.at(largest, run_page, size)
    share = (size / np.maximum(total[run_page], 1))[run]
    rows = np.arange(page.size)
    through = np.cumsum(likely)
    before = np.maximum(through - 1, 0)  # the last likely row up to each row
    after = np.minimum(through - likely, places.size - 1)  # the first one from it on
    to_before, to_after = rows - places[before], places[after] - rows
    before_ok = (to_before >= 0) & (page[places[before]] == page)
    after_ok = (to_after >= 0) & (page[places[after]] == page)
    return columns(
        [
            share[before] * likely,
            share[before] * before_ok,
            share[after] * after_ok,
            likely & (size[run[before]] >= largest[page]),
            before_ok / (1.0 + np.abs(to_before)),
            after_ok / (1.0 + np.abs(to_after)),
        ],
        page.size,
    )
