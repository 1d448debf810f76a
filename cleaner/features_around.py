"""The surroundings of paragraphs: neighbours, density of prose, stretches of content.

Arrays have one row a paragraph. `starts` says where each page's rows begin, with the number
of rows as its last entry, so that nothing reaches into another page. Sums over stretches of a
page are sums of whole numbers: exact, whatever stands before the page.

Features lie in memory column by column, because they are computed and compared so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints

Flags = NDArray[np.bool_]
_SPANS = (2, 6, 15, 40)
_GAP = 2
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


def neighbours(values: Floats, starts: Ints, page: Ints, reach: int) -> list[Floats]:
    """The rows at distance ``-reach..reach`` (without 0); zeros and a last column of 1 outside."""
    rows, width = values.shape
    result = []
    for distance in (d for d in range(-reach, reach + 1) if d):
        found = np.zeros((width + 1, rows), np.float32)
        found[-1] = 1
        size = max(rows - abs(distance), 0)
        low = slice(0, size)
        high = slice(rows - size, rows)
        here, there = (low, high) if distance > 0 else (high, low)
        inside = page[here] == page[there]
        np.multiply(values.T[:, there], inside, out=found[:-1, here])
        np.logical_not(inside, out=found[-1, here])
        result.append(found.T)
    return result


def stretch_sums(values: Ints, starts: Ints, page: Ints, spans: tuple[int, ...]) -> Ints:
    """Sums over the next 2, 6, 15 ... rows before and after each row, without the row itself.

    The result is ``(2 * spans, rows)``, before and after in turn.
    """
    sums = np.zeros(values.size + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    rows = np.arange(page.size)
    low, high = starts[page], starts[page + 1]
    result = np.empty((2 * len(spans), page.size), np.int64)
    for number, span in enumerate(spans):
        np.subtract(sums[:-1], sums.take(np.maximum(rows - span, low)), out=result[2 * number])
        after = sums.take(np.minimum(rows + (span + 1), high))
        np.subtract(after, sums[1:], out=result[2 * number + 1])
    return result


def density(mass: Ints, chars: Ints, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """How much of the text around a row is prose, and where on its page the row stands."""
    spans = (*_SPANS, 1 << 40)
    masses = stretch_sums(mass, starts, page, spans) / 256.0
    sizes = stretch_sums(chars, starts, page, spans) + 1.0
    total = masses[-1] + masses[-2] + mass / 256.0
    size = sizes[-1] + sizes[-2] + chars - 2.0
    count = (starts[1:] - starts[:-1])[page]
    position = np.arange(page.size) - starts[page]
    return columns(
        [
            masses / sizes,
            np.log1p(masses) / 8,
            masses[-2:] / (total + 1.0),
            (position + 0.5) / np.maximum(count, 1),
            np.log1p(position) / 5,
            np.log1p(count - 1 - position) / 5,
            total / (size + 1.0),
            np.log1p(size / np.maximum(count, 1)) / 6,
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
