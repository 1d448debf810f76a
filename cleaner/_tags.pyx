# cython: language_level=3, wraparound=False, boundscheck=False
"""The tags of a page, compiled: what the expression of `cleaner.html_tags` matches, step by step.

Functions that skip return the place behind what they skip; a place is never beyond the end. None of
them goes back, so that their time grows with the length of the page.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memset

from cpython.unicode cimport (
    PyUnicode_DATA, PyUnicode_FindChar, PyUnicode_KIND, PyUnicode_READ, PyUnicode_READ_CHAR,
    PyUnicode_Substring,
)

cdef enum:
    NAMES = 128


def find_tags(str html):
    """All tags in order, as tuples of name, attributes, text, closed, tail, gap and rest."""
    cdef Py_ssize_t size = len(html), begin = 0, place, name_end, attributes_end, text_end, end
    cdef Py_ssize_t space_end
    cdef str name, closed, tail, gap, rest
    cdef list tags = [], names = [None] * NAMES
    cdef uint64_t[NAMES] keys
    memset(keys, 0, sizeof(keys))
    while True:
        begin = find(html, size, begin, u"<")
        if begin == size:
            return tags
        place = begin + 1
        if place < size and at(html, place) == u"/":
            place += 1
        if place == size or not is_letter(at(html, place)):
            begin += 1
            continue
        name_end = skip_name(html, size, place)
        attributes_end = skip_attributes(html, size, name_end)
        if attributes_end == size:
            begin += 1
            continue
        name = name_of(html, begin + 1, name_end, keys, names)
        text_end = end = skip_text(html, size, attributes_end + 1)
        closed = tail = gap = rest = ""
        place = skip_end_tag(html, size, text_end, begin + 1, name_end)
        if place > text_end:
            closed, end = name, skip_text(html, size, place)
            tail = PyUnicode_Substring(html, place, end)
        place = skip_unseen(html, size, end)
        if place > end:
            while True:
                space_end = skip_space(html, size, place)
                end = skip_unseen(html, size, space_end)
                if end == space_end:
                    break
                if space_end > place:
                    gap = PyUnicode_Substring(html, place, place + 1)
                place = end
            end = skip_more(html, size, place)
            rest = PyUnicode_Substring(html, place, end)
        tags.append((
            name, PyUnicode_Substring(html, name_end, attributes_end),
            PyUnicode_Substring(html, attributes_end + 1, text_end), closed, tail, gap, rest,
        ))
        begin = end


cdef str name_of(
    str html, Py_ssize_t begin, Py_ssize_t end, uint64_t *keys, list names
):
    """A tag's name; names that came before are not made again, nor are their hashes."""
    cdef uint64_t key = 0
    cdef Py_ssize_t place, slot
    cdef Py_UCS4 char
    if end - begin > 8:
        return PyUnicode_Substring(html, begin, end)
    for place in range(begin, end):
        char = at(html, place)
        if not 0 < <uint32_t> char < 128:
            return PyUnicode_Substring(html, begin, end)
        key = key << 8 | <uint32_t> char
    slot = <Py_ssize_t> ((key * <uint64_t> 0x9E3779B97F4A7C15) >> 57)
    if keys[slot] != key:
        keys[slot], names[slot] = key, PyUnicode_Substring(html, begin, end)
    return names[slot]


cdef inline Py_UCS4 at(str html, Py_ssize_t place):
    return PyUnicode_READ_CHAR(html, place)


cdef inline Py_ssize_t find(str html, Py_ssize_t size, Py_ssize_t place, Py_UCS4 char):
    """The next place of a character, or the end."""
    place = PyUnicode_FindChar(html, char, place, size, 1) if place < size else -1
    return place if place >= 0 else size


cdef inline Py_ssize_t behind(str html, Py_ssize_t size, Py_ssize_t place, Py_UCS4 char):
    """The place behind the next such character, or the end."""
    place = find(html, size, place, char)
    return place + 1 if place < size else size


cdef inline bint is_letter(Py_UCS4 char):
    return u"a" <= char <= u"z" or u"A" <= char <= u"Z"


cdef inline bint starts(str html, Py_ssize_t size, Py_ssize_t place, str letters):
    """Whether small ASCII letters or marks stand at a place, in capitals perhaps."""
    cdef Py_ssize_t index, length = len(letters)
    cdef Py_UCS4 char
    if place + length > size:
        return False
    for index in range(length):
        char = at(html, place + index)
        if u"A" <= char <= u"Z":
            char = <Py_UCS4> (<unsigned int> char + 32)
        if char != at(letters, index):
            return False
    return True


cdef inline bint is_element(str html, Py_ssize_t size, Py_ssize_t place, str name):
    """Whether an element's name stands at a place, as a whole."""
    cdef Py_UCS4 char
    if not starts(html, size, place, name) or place + len(name) == size:
        return False
    char = at(html, place + len(name))
    return char == u">" or char == u"/" or char.isspace()


cdef inline Py_ssize_t skip_space(str html, Py_ssize_t size, Py_ssize_t place):
    while place < size and at(html, place).isspace():
        place += 1
    return place


cdef inline Py_ssize_t skip_name(str html, Py_ssize_t size, Py_ssize_t place):
    cdef Py_UCS4 char
    while place < size:
        char = at(html, place)
        if char == u">" or char == u"/" or char.isspace():
            break
        place += 1
    return place


cdef Py_ssize_t skip_attributes(str html, Py_ssize_t size, Py_ssize_t place):
    """Attributes as browsers read them: quotes count only where a value begins."""
    cdef int kind = PyUnicode_KIND(html)
    cdef void *data = PyUnicode_DATA(html)
    cdef Py_UCS4 char, quote
    cdef Py_ssize_t begin
    while place < size:
        char = PyUnicode_READ(kind, data, place)
        if char == u">":
            break
        place += 1
        if char != u"=":
            continue
        place = skip_space(html, size, place)
        if place == size:
            break
        quote = PyUnicode_READ(kind, data, place)
        begin = place
        if quote == u'"' or quote == u"'":
            place += 1
            while place < size and PyUnicode_READ(kind, data, place) != quote:
                place += 1
            if place < size:
                place += 1
                continue
            place = begin
        while place < size:
            char = PyUnicode_READ(kind, data, place)
            if char == u">" or char.isspace():
                break
            place += 1
    return place


cdef Py_ssize_t skip_text(str html, Py_ssize_t size, Py_ssize_t place):
    """Up to the next tag or what is unseen; "<" before anything else is text."""
    cdef Py_UCS4 char
    while True:
        place = find(html, size, place, u"<")
        if place + 1 >= size:
            return size
        char = at(html, place + 1)
        if is_letter(char) or char == u"!" or char == u"?" or char == u"/":
            return place
        place += 1


cdef Py_ssize_t skip_more(str html, Py_ssize_t size, Py_ssize_t place):
    """Up to the next tag, over what is unseen."""
    cdef Py_UCS4 char
    cdef Py_ssize_t end
    while True:
        place = find(html, size, place, u"<")
        if place + 1 >= size:
            return size
        end = skip_unseen(html, size, place)
        if end == place:
            char = at(html, place + 1)
            if is_letter(char) or char == u"/":
                return place
            end += 1
        place = end


cdef Py_ssize_t skip_end_tag(
    str html, Py_ssize_t size, Py_ssize_t place, Py_ssize_t name, Py_ssize_t name_end
):
    """Over the plain end tag of the name that stands elsewhere, spelled like it; or nothing."""
    cdef Py_ssize_t index, length = name_end - name, end = place + 2 + length
    if end >= size or at(html, end) != u">":
        return place
    if at(html, place) != u"<" or at(html, place + 1) != u"/":
        return place
    for index in range(length):
        if at(html, place + 2 + index) != at(html, name + index):
            return place
    return end + 1


cdef Py_ssize_t skip_unseen(str html, Py_ssize_t size, Py_ssize_t place):
    """Over a comment, a declaration, a script, a style sheet or a field; else nothing."""
    cdef Py_UCS4 char
    if place + 1 >= size or at(html, place) != u"<":
        return place
    char = at(html, place + 1)
    if char == u"!":
        if starts(html, size, place + 2, "--"):
            return skip_comment(html, size, place + 4)
        return behind(html, size, place + 2, u">")
    if char == u"?":
        return behind(html, size, place + 2, u">")
    if char == u"/":
        if place + 2 < size and is_letter(at(html, place + 2)):
            return place
        return behind(html, size, place + 2, u">")
    if char == u"s" or char == u"S":
        if is_element(html, size, place + 1, "script"):
            return skip_element(html, size, place, "script")
        if is_element(html, size, place + 1, "style"):
            return skip_element(html, size, place, "style")
    elif (char == u"t" or char == u"T") and is_element(html, size, place + 1, "textarea"):
        return skip_element(html, size, place, "textarea")
    return place


cdef Py_ssize_t skip_comment(str html, Py_ssize_t size, Py_ssize_t place):
    """To the end of a comment, from behind its first two dashes."""
    if starts(html, size, place, ">"):
        return place + 1
    if starts(html, size, place, "->"):
        return place + 2
    while place < size:
        place = find(html, size, place, u"-")
        if starts(html, size, place, "-->"):
            return place + 3
        if place < size:
            place += 1
    return size


cdef Py_ssize_t skip_element(str html, Py_ssize_t size, Py_ssize_t begin, str name):
    """Over an element from its tag to its end; one that ends in "/>" has no text."""
    cdef Py_ssize_t place = skip_attributes(html, size, begin + 1 + len(name)), end
    if place == size:
        return begin
    if at(html, place - 1) == u"/":
        return place + 1
    place = end = skip_raw(html, size, place + 1, name)
    if place < size:
        end = skip_attributes(html, size, place + 2 + len(name))
    return end + 1 if end < size else place


cdef Py_ssize_t skip_raw(str html, Py_ssize_t size, Py_ssize_t place, str name):
    """Up to the end tag of a script or the like; what looks like tags before that is text."""
    while True:
        place = find(html, size, place, u"<")
        if place == size:
            return size
        if starts(html, size, place + 1, "/") and is_element(html, size, place + 2, name):
            return place
        if name == "script" and starts(html, size, place + 1, "!--"):
            place = skip_comment_of_script(html, size, place + 4)
        else:
            place += 1


cdef Py_ssize_t skip_comment_of_script(str html, Py_ssize_t size, Py_ssize_t place):
    """Old pages write scripts in scripts, in a comment: to its end, or that of the script."""
    cdef Py_UCS4 char
    cdef bint is_nested = False
    while place < size:
        char = at(html, place)
        if char == u"-":
            if starts(html, size, place, "-->"):
                return place
        elif char == u"<":
            if starts(html, size, place + 1, "/") and is_element(html, size, place + 2, "script"):
                if not is_nested:
                    return place
                is_nested = False
                place += 7
            elif is_element(html, size, place + 1, "script"):
                is_nested = True
        place += 1
    return size
