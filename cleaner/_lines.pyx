# cython: language_level=3, wraparound=False, boundscheck=False
"""The lines of a text and the paragraphs made of them, compiled: see `cleaner.segment`."""

from libc.stdint cimport uint16_t, uint64_t
from libc.string cimport memchr
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from cpython.unicode cimport (
    PyUnicode_DATA, PyUnicode_FindChar, PyUnicode_FromKindAndData, PyUnicode_KIND,
    PyUnicode_READ_CHAR,
)

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        PyObject *(*tp_alloc)(PyTypeObject *kind, Py_ssize_t size) except NULL
    void PyTuple_SET_ITEM(PyObject *values, Py_ssize_t place, PyObject *value)

cdef uint64_t FACTOR = 0x9E3779B97F4A7C15
cdef enum:
    EDGE = 16


cdef inline object named_tuple(type kind, tuple values):
    """What ``tuple.__new__(kind, values)`` makes, in half of the time."""
    cdef Py_ssize_t place, size = len(values)
    cdef PyObject *made = (<PyTypeObject *> kind).tp_alloc(<PyTypeObject *> kind, size)
    for place in range(size):
        Py_INCREF(values[place])
        PyTuple_SET_ITEM(made, place, <PyObject *> values[place])
    result = <object> made
    Py_DECREF(result)
    return result


cdef inline Py_UCS4 char_at(str text, Py_ssize_t place):
    return PyUnicode_READ_CHAR(text, place)


cdef inline bint is_opener(Py_UCS4 char):
    return char in u"\"'“‘(["


def visible_lines(str text, type span):
    """The spans of lines, without the white space around them; those without anything else left out.

    Also the blocks (what stands between blank lines) that have a line that goes on in lower case,
    each as the numbers of its first line and of the one behind its last.
    """
    cdef Py_ssize_t size = len(text), start = 0, stop, first, end, block = 0
    cdef list spans = [], blocks = []
    cdef bint goes_on = False
    cdef Py_UCS4 char
    while start <= size:
        stop = PyUnicode_FindChar(text, u"\n", start, size, 1) if start < size else -1
        if stop < 0:
            stop = size
        first, end = start, stop
        while first < end and char_at(text, first).isspace():
            first += 1
        while end > first and char_at(text, end - 1).isspace():
            end -= 1
        if first < end:
            spans.append(named_tuple(span, (first, end)))
            if not goes_on:
                char = char_at(text, first)
                goes_on = char.islower() or (
                    is_opener(char) and first + 1 < end and char_at(text, first + 1).islower()
                )
        else:
            if goes_on:
                blocks.append((block, len(spans)))
            block, goes_on = len(spans), False
        start = stop + 1
    if goes_on:
        blocks.append((block, len(spans)))
    return spans, blocks


def paragraphs_of(str text, list spans, type paragraph):
    """A `Paragraph` for each span."""
    cdef Py_ssize_t index, start, end
    cdef list made = []
    for index in range(len(spans)):
        start, end = <object> (<tuple> spans[index])[0], <object> (<tuple> spans[index])[1]
        made.append(named_tuple(paragraph, (index, spans[index], text[start:end], None)))
    return made


def are_lines(paragraphs):
    """Whether no paragraph is longer than a line."""
    cdef object paragraph
    cdef str text
    for paragraph in paragraphs:
        text = (<tuple> paragraph)[2]
        if PyUnicode_FindChar(text, u"\n", 0, len(text), 1) >= 0:
            return False
    return True


def starts_with_any(str text, spans, str chars):
    """Whether a span begins with one of so many characters."""
    cdef object span
    for span in spans:
        if PyUnicode_FindChar(chars, char_at(text, (<tuple> span)[0]), 0, len(chars), 1) >= 0:
            return True
    return False


def spaced(str text, str marks):
    """The places of all spaces before one of the marks and another space, mark by mark."""
    cdef Py_ssize_t size = len(text), place
    cdef Py_UCS4 mark
    cdef list places = []
    for mark in marks:
        place = PyUnicode_FindChar(text, mark, 1, size, 1)
        while place >= 0:
            if place + 1 < size and char_at(text, place - 1) == u" " and char_at(text, place + 1) == u" ":
                places.append(place - 1)
            place = PyUnicode_FindChar(text, mark, place + 1, size, 1)
    return places


def count_lines(bytes text, bytes is_passed):
    """How many lines have bytes that are not passed over, and how many of them differ at an edge.

    `is_passed` has a byte for each of the 256, 1 for those which make no difference.

    Edges are the first and the last so many of these bytes. Lines of which none are alike there are
    all different; of others nothing is known.
    """
    cdef const unsigned char *data = text
    cdef Py_ssize_t size = len(text), start = 0, stop, lines = 0
    cdef const void *newline
    cdef const unsigned char *passed = is_passed
    cdef uint64_t value
    cdef set edges = set()
    if len(is_passed) != 256:
        raise ValueError("is_passed: one byte for each of 256")
    while start < size:
        newline = memchr(data + start, c"\n", size - start)
        stop = size if newline == NULL else <const unsigned char *> newline - data
        value = edge(data, start, stop, 1, passed)
        if value:
            lines += 1
            edges.add(value * FACTOR + edge(data, stop - 1, start - 1, -1, passed))
        start = stop + 1
    return lines, len(edges)


cdef inline uint64_t edge(
    const unsigned char *data, Py_ssize_t place, Py_ssize_t end, int step, const unsigned char *passed
) noexcept nogil:
    """A hash of the first bytes on the way from a place to an end, 0 where there are none."""
    cdef uint64_t value = 0
    cdef int count = 0
    while place != end and count < EDGE:
        if not passed[data[place]]:
            value = value * FACTOR + data[place] + 1
            count += 1
        place += step
    return value


def mapped(str text, const uint16_t[::1] table):
    """A text of two-byte characters with each one as the table has it; None for other texts."""
    cdef Py_ssize_t index, size = len(text)
    cdef const uint16_t *data = <const uint16_t *> PyUnicode_DATA(text)
    cdef uint16_t *room
    if PyUnicode_KIND(text) != 2 or table.shape[0] != 1 << 16:
        return None
    room = <uint16_t *> PyMem_Malloc(2 * size)
    if room == NULL:
        raise MemoryError
    for index in range(size):
        room[index] = table[data[index]]
    try:
        return PyUnicode_FromKindAndData(2, room, size)
    finally:
        PyMem_Free(room)
