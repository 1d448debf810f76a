# cython: language_level=3, wraparound=False, boundscheck=False, cdivision=True
"""The search of `cleaner.grams.Finder`, compiled: the same literals at the same places."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy

import numpy as np

cdef uint64_t FACTOR = 0x9E3779B97F4A7C15
cdef enum:
    WORD = 8
    NEWLINE = 10
    GROUP_BITS = 16

# Columns of a table's members.
cdef enum:
    NUMBER = 0
    OFFSET = 1
    SIZE = 2
    BEGIN = 3


cdef inline uint64_t word_at(const uint8_t *place) noexcept nogil:
    cdef uint64_t word
    memcpy(&word, place, WORD)
    return word


cdef class Table:
    """Literals of which so many bytes are known, and are looked for at every `step`-th place.

    Whether a gram may be known says a bit, the one that the highest bits of a product number; to
    which literals it may belong says a group, by fewer of these bits: those of group ``k`` are
    ``first[k]:first[k + 1]`` of `members`, with a literal's number, the place of the gram in it, its
    size, and where it begins among the letters of all, side by side as they are asked for together.
    """

    cdef uint64_t factor
    cdef int shift, group_shift
    cdef int64_t step
    cdef const uint8_t[::1] known
    cdef const int32_t[::1] first
    cdef const int32_t[:, ::1] members

    def __init__(self, int gram, int step, int bits, words, members):
        """Row ``i`` of `members` has the gram that ``words[i]``, eight bytes, begins with."""
        # The product knows nothing of the bytes behind the gram.
        self.factor, self.shift, self.step = FACTOR << (8 * (WORD - gram)), 64 - bits, step
        slots = ((words * np.uint64(self.factor)) >> np.uint64(self.shift)).astype(np.intp)
        known = np.zeros(1 << bits, np.uint8)
        known[slots] = 1
        self.known = np.packbits(known, bitorder="little")
        order = np.argsort(slots, kind="stable")
        self.group_shift = max(bits - GROUP_BITS, 0)
        bounds = np.arange((1 << bits - self.group_shift) + 1)
        self.first = np.searchsorted(slots[order] >> self.group_shift, bounds).astype(np.int32)
        self.members = np.ascontiguousarray(members[order], np.int32)


cdef class Hits:
    """Literals that were found: their numbers and places."""

    cdef int64_t[::1] numbers, starts
    cdef int64_t count

    def __init__(self):
        self.numbers, self.starts = np.empty((2, 1024), np.int64)

    cdef int add(self, int64_t number, int64_t start) except -1:
        if self.count == self.numbers.shape[0]:
            self.numbers = np.concatenate([self.numbers, self.numbers])
            self.starts = np.concatenate([self.starts, self.starts])
        self.numbers[self.count], self.starts[self.count] = number, start
        self.count += 1
        return 0


cdef class Search:
    """Finds the literals of several tables; see `grams.Finder`. Threads may share one."""

    cdef const uint8_t[::1] letters
    cdef const double[::1] longest
    cdef tuple tables

    def __init__(self, letters, longest, tables):
        """`letters` are those of all literals, `longest` the longest lines on which they count."""
        self.letters, self.longest, self.tables = letters, longest, tables

    def find(self, const uint8_t[::1] padded, const int64_t[::1] edges, const uint8_t[::1] is_ascii):
        """Numbers and places of all literals in texts, in no order.

        Text ``i`` is ``padded[edges[i] : edges[i + 1]]``; eight more bytes stand behind the last.
        """
        cdef int64_t text
        cdef Table table
        cdef Hits hits = Hits()
        if padded.shape[0] != edges[edges.shape[0] - 1] + WORD:
            raise ValueError(f"{padded.shape[0]} bytes, texts of {edges[edges.shape[0] - 1]}")
        for table in self.tables:
            for text in range(edges.shape[0] - 1):
                self.find_in(table, hits, &padded[0], edges[text], edges[text + 1], is_ascii[text])
        return np.array(hits.numbers[: hits.count]), np.array(hits.starts[: hits.count])

    cdef int find_in(
        self, Table table, Hits hits, const uint8_t *padded, int64_t low, int64_t high, bint is_ascii
    ) except -1:
        """Note what one table has in the text ``low:high``."""
        cdef const uint8_t *known = &table.known[0]
        cdef uint64_t factor = table.factor
        cdef int shift = table.shift
        cdef int64_t step = table.step
        cdef const int32_t *member
        cdef const uint8_t *letters
        cdef int64_t place, slot, group, row, start, size
        cdef int64_t line = low, line_end = low  # the line that was looked at last
        place = low - step
        while place + step < high:  # a range of unknown step would be an object
            place += step
            slot = <int64_t> ((word_at(padded + place) * factor) >> shift)
            if not known[slot >> 3] >> (slot & 7) & 1:
                continue
            group = slot >> table.group_shift
            for row in range(table.first[group], table.first[group + 1]):
                member = &table.members[row, 0]
                start, size = place - member[OFFSET], member[SIZE]
                if start < low or start + size > high:
                    continue
                letters = &self.letters[member[BEGIN]]
                if padded[start] != letters[0] or padded[start + size - 1] != letters[size - 1]:
                    continue
                if memcmp(padded + start, letters, size):
                    continue
                if is_ascii:
                    find_line(padded, start, low, high, &line, &line_end)
                    if line_end - line > self.longest[member[NUMBER]]:
                        continue
                hits.add(member[NUMBER], start)
        return 0


cdef inline void find_line(
    const uint8_t *padded, int64_t start, int64_t low, int64_t high, int64_t *line, int64_t *line_end
) noexcept nogil:
    """The line on which a literal stands, if it is not the one that is known already."""
    cdef int64_t begin = start + (padded[start] == NEWLINE)  # it may begin with the newline before
    cdef const uint8_t *end
    if line[0] <= begin <= line_end[0]:
        return
    line[0] = begin
    while line[0] > low and padded[line[0] - 1] != NEWLINE:
        line[0] -= 1
    end = <const uint8_t *> memchr(padded + begin, NEWLINE, high - begin)
    line_end[0] = end - padded if end != NULL else high
