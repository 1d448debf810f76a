# cython: language_level=3, wraparound=False, boundscheck=False, cdivision=True
"""The words of paragraphs in one pass over their bytes: what `cleaner.features.tokenise` looks for."""

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.string cimport memset

import numpy as np

from cleaner._hashes cimport BASE, BYTE_SALT, CLASSES, DIGIT, LOWER, folded, mix

cdef enum:
    APOSTROPHE = 0x27
    PARAGRAPH_END = 0x1E


cdef inline int symbol_bytes(uint8_t lead) noexcept nogil:
    """The bytes of a symbol that begins so; 0 for letters. See `features_bytes._SYMBOLS`."""
    if lead == 0xC2:
        return 2
    if lead == 0xE2:
        return 3
    return 4 if lead == 0xF0 else 0


cdef inline bint is_letter(uint8_t byte, uint8_t kind) noexcept nogil:
    """Whether a byte belongs to words wherever it stands: letters and digits of any script."""
    return kind <= DIGIT or (byte >= 0x80 and not symbol_bytes(byte))


def find_words(const uint8_t[::1] buffer, const uint8_t[::1] class_of):
    """Paragraphs, words and their hashes in one pass.

    `buffer` ends with a separator, as each paragraph does. Returns begins, finishes, first,
    starts, ends, words, heads and counts as `features.Tokens` has them.
    """
    cdef int64_t size = buffer.shape[0]
    cdef int64_t place, paragraphs = 0
    if size and buffer[size - 1] != PARAGRAPH_END:
        raise ValueError("the buffer does not end with a separator")
    for place in range(size):
        paragraphs += buffer[place] == PARAGRAPH_END
    begins_array = np.empty(paragraphs, np.int64)
    finishes_array = np.empty(paragraphs, np.int64)
    first_array = np.zeros(paragraphs + 1, np.int64)
    counts_array = np.zeros((paragraphs, CLASSES), np.int64)
    # Between two words there is at least one byte.
    starts_array, ends_array = np.empty((2, size // 2 + 1), np.int64)
    words_array = np.empty(size // 2 + 1, np.uint64)
    heads_array = np.empty(size // 2 + 1, np.uint8)
    cdef int64_t[::1] begins = begins_array
    cdef int64_t[::1] finishes = finishes_array
    cdef int64_t[::1] first = first_array
    cdef int64_t[:, ::1] counts = counts_array
    cdef int64_t[::1] starts = starts_array
    cdef int64_t[::1] ends = ends_array
    cdef uint64_t[::1] words = words_array
    cdef uint8_t[::1] heads = heads_array
    cdef uint64_t[256] adds
    cdef int code
    for code in range(256):
        adds[code] = folded(code, class_of[code])
    cdef int64_t count = 0, paragraph = 0, begin = 0, length, others
    cdef int64_t[CLASSES] seen
    cdef uint64_t value, power
    cdef uint8_t byte, kind
    memset(seen, 0, sizeof(seen))
    place = 0
    with nogil:
        while place < size and paragraph < paragraphs:
            byte = buffer[place]
            kind = class_of[byte]
            if not is_letter(byte, kind):
                length = symbol_bytes(byte) if byte >= 0x80 else 1
                seen[kind] += length
                if byte == PARAGRAPH_END:
                    begins[paragraph] = begin
                    finishes[paragraph] = place
                    begin = place + 1
                    others = 0
                    for code in range(CLASSES):
                        others += seen[code]
                        counts[paragraph, code] = seen[code]
                        seen[code] = 0
                    counts[paragraph, LOWER] = begin - begins[paragraph] - others
                    paragraph += 1
                    first[paragraph] = count
                place += length
                continue
            starts[count] = place
            heads[count] = kind
            value, power = 0, BYTE_SALT()
            while True:
                value += adds[byte] * power
                power *= BASE()
                if kind != LOWER:
                    seen[kind] += 1
                place += 1
                byte = buffer[place]  # there is one: the last byte of all is a separator
                kind = class_of[byte]
                if kind > DIGIT and not is_letter(byte, kind):
                    if byte != APOSTROPHE:
                        break
                    if not is_letter(buffer[place + 1], class_of[buffer[place + 1]]):
                        break
            ends[count] = place
            words[count] = mix(value)
            count += 1
    return (
        begins_array, finishes_array, first_array, starts_array[:count], ends_array[:count],
        words_array[:count], heads_array[:count], counts_array,
    )
