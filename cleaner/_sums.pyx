# cython: language_level=3, wraparound=False, boundscheck=False, cdivision=True
"""Sums of the weights of word patterns: what `cleaner.word_sums` asks for.

Weights are half-precision numbers, so that no sum of doubles is ever rounded: numpy gives the same
bits, in whatever order it adds.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

import numpy as np

from cleaner._hashes cimport (
    BASE, BYTE_SALT, COLON, DIGIT, QUOTE, SEPARATOR, STOP, UPPER, folded, mix,
)

cdef extern from * nogil:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define PREFETCH(address) __builtin_prefetch(address)
    #else
    #define PREFETCH(address) ((void) (address))
    #endif
    """
    void PREFETCH(const void *address)

cdef uint64_t PAIR = 0x9FB21C651E98DF25
cdef enum:
    START_MARK = 0
    END_MARK = 1
    LINE_MARK = 2
    FIRST_MARK = 3
    LAST_MARK = 4
    NAME_MARK = 5
    NUMBER_MARK = 6
    SUFFIX_MARK = 7
    MAX_WHOLE_LINE_WORDS = 8


cdef inline int64_t bucket(uint64_t value) noexcept nogil:
    """The place of a hash in a table of 2**18 entries."""
    return <int64_t> ((value * BASE()) >> 46)


cdef inline uint64_t mark(int number) noexcept nogil:
    return <uint64_t> 0x100000001B3 * <uint64_t> (2 * number + 1)


def text_sums(const uint64_t[::1] words, const int64_t[::1] first, const float[:, ::1] weights):
    """What `features_words.content_grams` of each paragraph weigh, not yet scaled.

    `weights` is ``(2**18, models)``. Returns the sums over words ``(paragraphs, models)``, and
    those over the edges of paragraphs, of the first two models, ``(paragraphs, 2)``.
    """
    cdef int64_t paragraphs = first.shape[0] - 1
    cdef int models = <int> weights.shape[1], model
    sums_array = np.zeros((paragraphs, models), np.float64)
    edges_array = np.empty((paragraphs, 2), np.float64)
    cdef double[:, ::1] sums = sums_array
    cdef double[:, ::1] edges = edges_array
    places_array = np.empty((words.shape[0], 2), np.uint32)
    cdef uint32_t[:, ::1] places = places_array
    cdef int64_t paragraph, word, begin, end
    cdef int64_t[4] edge
    cdef uint64_t following, pair, line, head, head_pair, tail
    with nogil:
        for paragraph in range(paragraphs):
            begin, end = first[paragraph], first[paragraph + 1]
            line = 0
            head = head_pair = mark(START_MARK)
            tail = mark(END_MARK)
            for word in range(begin, end):
                following = words[word + 1] if word + 1 < end else mark(END_MARK)
                pair = mix(words[word] * PAIR + following)
                line += pair
                if word == begin:
                    head, head_pair = words[word], pair
                places[word, 0], places[word, 1] = bucket(words[word]), bucket(pair)
                PREFETCH(&weights[places[word, 0], 0])
                PREFETCH(&weights[places[word, 1], 0])
            if end > begin:
                tail = words[end - 1]
            if end - begin > MAX_WHOLE_LINE_WORDS:
                line = 0
            edge[0] = bucket(mix(head * PAIR + mark(FIRST_MARK)))
            edge[1] = bucket(mix(head_pair * PAIR + mark(FIRST_MARK)))
            edge[2] = bucket(mix(tail * PAIR + mark(LAST_MARK)))
            edge[3] = bucket(mix(line * PAIR + mark(LINE_MARK)))
            for model in range(2):
                edges[paragraph, model] = (
                    <double> weights[edge[0], model] + weights[edge[1], model]
                    + <double> weights[edge[2], model] + weights[edge[3], model]
                )
            # Apart from the above: so many trips to memory are on their way at once.
            for word in range(begin, end):
                for model in range(models):
                    sums[paragraph, model] += (
                        <double> weights[places[word, 0], model] + weights[places[word, 1], model]
                    )
    return sums_array, edges_array


def style_sums(
    const uint8_t[::1] buffer,
    const uint8_t[::1] class_of,
    const int64_t[::1] finishes,
    const int64_t[::1] first,
    const int64_t[::1] starts,
    const int64_t[::1] ends,
    const uint64_t[::1] words,
    const uint8_t[::1] heads,
    const uint8_t[::1] known,
    const float[:, ::1] weights,
    const uint8_t[::1] chosen,
):
    """What `features_words.style_grams` of the chosen paragraphs weigh, not yet scaled.

    The arguments are fields of `features.Tokens`, the vocabulary, a bit a place from the lowest on,
    and the weights of two experts, ``(2**18, 2)``. Returns ``(paragraphs, 2)``, 0 for those that
    are not chosen.
    """
    cdef int64_t paragraphs = first.shape[0] - 1
    sums_array = np.zeros((paragraphs, 2), np.float64)
    masked_array = np.empty(words.shape[0] + 2, np.uint64)
    cdef double[:, ::1] sums = sums_array
    cdef uint64_t[::1] masked = masked_array
    places_array = np.empty((words.shape[0], 3), np.uint32)
    cdef uint32_t[:, ::1] places = places_array
    cdef int64_t paragraph, word, begin, end, place
    cdef uint64_t value, power, pair
    cdef double left, right
    cdef int marks, number
    cdef uint8_t kind, before
    with nogil:
        for paragraph in range(paragraphs):
            begin, end = first[paragraph], first[paragraph + 1]
            if not chosen[paragraph] or end == begin:
                continue
            for word in range(begin, end):
                if heads[word] == DIGIT:
                    masked[word] = mark(NUMBER_MARK)
                    continue
                if heads[word] == UPPER and word > begin:
                    before = class_of[buffer[ends[word - 1]]]
                    if before != STOP and before != COLON:
                        if class_of[buffer[starts[word] - 1]] != QUOTE:
                            masked[word] = mark(NAME_MARK)
                            continue
                place = bucket(words[word])
                if known[place >> 3] >> (place & 7) & 1:
                    masked[word] = words[word]
                    continue
                # Of a rare word only its last three bytes.
                value, power = 0, BYTE_SALT()
                place = ends[word] - 3
                if place < starts[word]:
                    place = starts[word]
                while place < ends[word]:
                    value += folded(buffer[place], class_of[buffer[place]]) * power
                    power *= BASE()
                    place += 1
                masked[word] = mix(value) ^ mark(SUFFIX_MARK)
            masked[end] = masked[end + 1] = mark(END_MARK)
            left = right = 0
            for word in range(begin, end):
                # The marks between two words: the class of the first one, and what stands behind.
                marks = class_of[buffer[ends[word]]]
                place = ends[word] + 1
                if word + 1 == end and place > finishes[paragraph]:
                    place = finishes[paragraph]
                kind = class_of[buffer[place]]
                marks += 16 * (kind == QUOTE) + 32 * (kind == SEPARATOR)
                pair = masked[word] * PAIR + masked[word + 1]
                pair = mix(pair + <uint64_t> marks * mark(NUMBER_MARK))
                places[word, 0], places[word, 1] = bucket(masked[word]), bucket(pair)
                places[word, 2] = bucket(mix(pair * PAIR + masked[word + 2]))
                for number in range(3):
                    PREFETCH(&weights[places[word, number], 0])
            for word in range(begin, end):
                for number in range(3):
                    left += weights[places[word, number], 0]
                    right += weights[places[word, number], 1]
            sums[paragraph, 0], sums[paragraph, 1] = left, right
    return sums_array
