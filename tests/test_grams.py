"""Literals are found wherever they stand and nowhere else, as in a plain search."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from cleaner.grams import Finder
from cleaner.rules import load_packs
from cleaner.view import view

# Few letters, so that literals hold one another, touch, and share their rarest bytes.
_LETTERS = "ab\n "
_LITERALS = st.lists(
    st.text(_LETTERS + "é19+", min_size=1, max_size=24).map(str.encode),
    min_size=1, max_size=30, unique=True,
)  # fmt: skip
_TEXTS = st.lists(
    st.text(_LETTERS + "é19+", max_size=90).map(lambda text: f"\n{text}\n".encode()), max_size=6
)


def slowly(literals: Sequence[bytes], text: bytes) -> list[tuple[int, int]]:
    """All places of all literals, by the end of each, then by its start."""
    found = []
    for number, literal in enumerate(literals):
        at = text.find(literal)
        while at >= 0:
            found.append((at + len(literal), at, number))
            at = text.find(literal, at + 1)
    return [(number, start) for _, start, number in sorted(found)]


def quickly(finder: Finder, texts: Sequence[bytes]) -> list[list[tuple[int, int]]]:
    """The same by the finder."""
    return [list(zip(found.numbers, found.starts, strict=True)) for found in finder.find_all(texts)]


@given(_LITERALS, _TEXTS)
def test_all_places_are_found(literals: list[bytes], texts: list[bytes]) -> None:
    """Whatever the literals, also short ones, in other letters, at the edges and one in another."""
    finder = Finder(literals, [inf] * len(literals))

    assert quickly(finder, texts) == [slowly(literals, text) for text in texts]


@given(st.integers(0, 40), st.integers(0, 9))
def test_a_literal_is_found_wherever_it_begins(before: int, after: int) -> None:
    """At even and odd places, in a text behind others, at its very end."""
    literals = [b"subscribe", b"subscribe to our newsletter", b"news", b"letter\n"]
    finder = Finder(literals, [inf] * 4)
    text = b"\n" + b"x" * before + b"subscribe to our newsletter" + b"y" * after + b"\n"

    assert quickly(finder, [b"\n" + b"z" * before + b"\n", text])[1] == slowly(literals, text)


def test_nothing_is_found_across_two_texts() -> None:
    """Texts stand one behind the other when they are searched."""
    assert quickly(Finder([b"end\n\nbegin", b"\n\n"], [inf, inf]), [b"\nend\n", b"\nbegin\n"]) == [
        [],
        [],
    ]


def test_no_texts_and_no_literals() -> None:
    """There may be nothing to search in, or for."""
    assert Finder([b"share"], [inf]).find_all([]) == []
    assert quickly(Finder([], []), [b"\nshare\n"]) == [[]]


def test_lines_that_are_too_long_do_not_count() -> None:
    """A button is no part of a paragraph, however often its word stands there."""
    line = b"they share the house and share the car"
    finder = Finder([b"share", b"share the house"], [10, inf])

    assert quickly(finder, [b"\nshare\n" + line + b"\n"]) == [[(0, 1), (1, 12)]]


def test_letters_beyond_ascii_take_more_bytes_than_characters() -> None:
    """What looks too long in bytes may be short enough, so it counts."""
    text = "\néééééé share\n".encode()

    assert quickly(Finder([b"share"], [12]), [text]) == [slowly([b"share"], text)]


def test_the_anchors_of_all_packs_in_their_examples() -> None:
    """Thousands of literals share the table; a part of them is looked for in the plain way."""
    rules = load_packs()
    anchors = [*dict.fromkeys(view(a).folded[1:-1] for rule in rules for a in rule.anchors)]
    finder = Finder(anchors, [inf] * len(anchors))
    texts = [view(text).folded for rule in rules[::9] for text in (*rule.hits, *rule.misses)]
    chosen = {number: anchors[number] for number in range(0, len(anchors), 7)}
    numbers = list(chosen)

    for text, found in zip(texts, quickly(finder, texts), strict=True):
        some = [(number, start) for number, start in found if number in chosen]
        plain = [(numbers[number], start) for number, start in slowly([*chosen.values()], text)]
        assert some == plain
