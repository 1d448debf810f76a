"""The surroundings of paragraphs: neighbours, density of prose, stretches of content.

Arrays have one row a paragraph. `starts` says where each page's rows begin, with the number
of rows as its last entry, so that nothing reaches into another page. Sums over stretches of a
page are sums of whole numbers: exact, whatever stands before the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleaner.features import Floats, Ints

Flags = NDArray[np.bool_]
_SPANS = (2, 6, 15, 40)
_GAP = 2


def rows_of_pages(lengths: Ints) -> tuple[Ints, Ints]:
    """Where each page's rows start (and the end), and each row's page.

    >>> [rows.tolist() for rows in rows_of_pages(np.array([2, 0, 1]))]
    [[0, 2, 2, 3], [0, 0, 2]]
    """
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
    return starts, np.repeat(np.arange(lengths.size), lengths)


def neighbours(values: Floats, starts: Ints, page: Ints, reach: int) -> list[Floats]:
    """The rows at distance ``-reach..reach`` (without 0); zeros and a last column of 1 outside."""
    rows = np.arange(page.size)
    padded = np.zeros((page.size + 1, values.shape[1] + 1), np.float32)
    padded[:-1, :-1] = values
    padded[-1, -1] = 1.0
    low, high = starts[page], starts[page + 1]
    result = []
    for distance in (d for d in range(-reach, reach + 1) if d):
        other = rows + distance
        other = np.where((other >= low) & (other < high), other, page.size)
        result.append(padded.take(other, axis=0))
    return result


def stretch_sums(values: Ints, starts: Ints, page: Ints, spans: tuple[int, ...]) -> list[Ints]:
    """Sums over the next 2, 6, 15 ... rows before and after each row, without the row itself."""
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    rows = np.arange(page.size)
    low, high = starts[page], starts[page + 1]
    result = []
    for span in spans:
        result.append(sums[rows] - sums[np.maximum(rows - span, low)])
        result.append(sums[np.minimum(rows + 1 + span, high)] - sums[rows + 1])
    return result


def density(mass: Ints, chars: Ints, starts: Ints, page: Ints, whole: Flags) -> Floats:
    """How much of the text around a row is prose, and where on its page the row stands."""
    everything = (1 << 40,)
    masses = stretch_sums(mass, starts, page, _SPANS + everything)
    sizes = stretch_sums(chars, starts, page, _SPANS + everything)
    shares = [m / (256.0 * c + 256) for m, c in zip(masses, sizes, strict=True)]
    amounts = [np.log1p(m / 256.0) / 8 for m in masses]
    total = masses[-1] + masses[-2] + mass
    size = sizes[-1] + sizes[-2] + chars
    count = (starts[1:] - starts[:-1])[page]
    position = np.arange(page.size) - starts[page]
    return np.column_stack(
        [
            *shares,
            *amounts,
            masses[-2] / (total + 256.0),
            masses[-1] / (total + 256.0),
            (position + 0.5) / np.maximum(count, 1),
            np.log1p(position) / 5,
            np.log1p(count - 1 - position) / 5,
            total / (256.0 * size + 256),
            np.log1p(size / np.maximum(count, 1)) / 6,
            np.log1p(size) / 10,
            whole[page],
        ]
    ).astype(np.float32)


def long_lists(items: Flags, page: Ints, length: int) -> Flags:
    """Which list items belong to a list of at least `length`, over gaps of up to two rows.

    >>> long_lists(np.array([True, False, True, True, False]), np.zeros(5, np.int64), 3).tolist()
    [True, False, True, True, False]
    """
    places = np.flatnonzero(items)
    member = np.zeros(items.size, np.bool_)
    if places.size:
        opens = np.ones(places.size, np.bool_)
        opens[1:] = (np.diff(places) > _GAP + 1) | (page[places[1:]] != page[places[:-1]])
        run = np.cumsum(opens) - 1
        member[places] = np.bincount(run)[run] >= length
    return member


def runs(likely: Flags, chars: Ints, starts: Ints, page: Ints) -> Floats:
    """The stretches of likely content: how much each holds, and how far away the next one is.

    A stretch goes on over up to two other rows (a sub-heading, an advertisement). Columns:
    the share of the page's likely content in the row's own stretch, in the nearest one before
    and in the nearest one after; 1 where the own stretch is the largest; closeness to both.
    """
    places = np.flatnonzero(likely)
    if not places.size:
        return np.zeros((page.size, 6), np.float32)
    opens = np.ones(places.size, np.bool_)
    opens[1:] = (np.diff(places) > _GAP + 1) | (page[places[1:]] != page[places[:-1]])
    run = np.cumsum(opens) - 1
    size = np.bincount(run, weights=chars[places])
    run_page = page[places[opens]]
    total = np.bincount(page[places], weights=chars[places], minlength=starts.size - 1)
    largest = np.zeros(starts.size - 1)
    np.maximum.at(largest, run_page, size)
    share = size / np.maximum(total[run_page], 1)
    rows = np.arange(page.size)
    after = np.searchsorted(places, rows)  # first likely row at or after each row
    before = np.searchsorted(places, rows, side="right") - 1
    after_ok = after < places.size
    after = np.minimum(after, places.size - 1)
    after_ok &= page[places[after]] == page
    before_ok = before >= 0
    before = np.maximum(before, 0)
    before_ok &= page[places[before]] == page
    own = np.where(likely, share[run[before]], 0)
    return np.column_stack(
        [
            own,
            np.where(before_ok, share[run[before]], 0),
            np.where(after_ok, share[run[after]], 0),
            likely & (size[run[before]] >= largest[page]),
            np.where(before_ok, 1 / (1.0 + np.abs(rows - places[before])), 0),
            np.where(after_ok, 1 / (1.0 + np.abs(places[after] - rows)), 0),
        ]
    ).astype(np.float32)
