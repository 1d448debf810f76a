# cython: language_level=3, wraparound=False, boundscheck=False, cdivision=True
"""The passes over bytes and words that classifying spends its time on, compiled.

What they compute is defined by the numpy functions that they stand in for, `features.tokenise`,
`features_words.text_sums` and `style_sums`; tests hold them equal, bit by bit.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memset

import numpy as np

cdef extern from * nogil:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define PREFETCH(address) __builtin_prefetch(address)
    #else
    #define PREFETCH(address) ((void) (address))
    #endif
    """
    void PREFETCH(const void *address)

cdef uint64_t BASE = 0x9E3779B97F4A7C15
cdef uint64_t BYTE_SALT = 0xD6E8FEB86659FD93
cdef uint64_t WORD_SALT = 0xC2B2AE3D27D4EB4F
cdef uint64_t PAIR = 0x9FB21C651E98DF25
cdef uint64_t PRIME = 0x100000001B3

# Classes of bytes: places in `features_bytes.COUNTS`.
cdef enum:
    UPPER = 0
    LOWER = 1
    DIGIT = 2
    STOP = 5
    QUOTE = 6
    COLON = 7
    SEPARATOR = 9

cdef enum:
    START_MARK = 0
    END_MARK = 1
    LINE_MARK = 2
    FIRST_MARK = 3
    LAST_MARK = 4
    NAME_MARK = 5
    NUMBER_MARK = 6
    SUFFIX_MARK = 7

cdef enum:
    CLASSES = 12
    MAX_WHOLE_LINE_WORDS = 8
    APOSTROPHE = 0x27
    PARAGRAPH_END = 0x1E


cdef inline uint64_t mix(uint64_t value) noexcept nogil:
    value = (value ^ (value >> 29)) * WORD_SALT
    return value ^ (value >> 32)


cdef inline int64_t bucket(uint64_t value) noexcept nogil:
    return <int64_t> ((value * BASE) >> 46)


cdef inline uint64_t mark(int number) noexcept nogil:
    return PRIME * <uint64_t> (2 * number + 1)


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


cdef inline uint64_t folded(uint8_t byte, uint8_t kind) noexcept nogil:
    """What a byte adds to a hash: capitals as small letters, every digit as 0, plus one."""
    if kind == UPPER:
        return byte + 33
    return 49 if kind == DIGIT else byte + 1


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
            value, power = 0, BYTE_SALT
            while True:
                value += adds[byte] * power
                power *= BASE
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
    and the weights of two experts, ``(2**18, 2)``. Returns ``(paragraphs, 2)``, 0 for those that are not chosen.
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
                value, power = 0, BYTE_SALT
                place = ends[word] - 3
                if place < starts[word]:
                    place = starts[word]
                while place < ends[word]:
                    value += folded(buffer[place], class_of[buffer[place]]) * power
                    power *= BASE
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
