"""Character repair: what nobody sees is mended, what anybody sees stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.characters import repair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\n\n  indented\tand tabbed\n",
        "‘Quotes’, “dashes” – and … €3,50",
        "می‌خواهم",  # zero-width non-joiner: Persian spelling
        "👩‍🚀 and 👍🏽",  # zero-width joiner: one emoji
        "\u200fעברית\u200e",  # direction marks
        "«MENÜ» «MAÇû À… Ü“",
        "L’ÂGE D’OR — São Paulo · Übergröße",
    ],
)
def test_sound_text_stays_as_it_is(text: str) -> None:
    """Each of these looks like damage to a careless repair."""
    assert repair(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("\ufeffa\u200bb\u2060c\xadd", "abcd"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("a\xa0b\u2009c\u202fd\u3000e\x0cf", "a b c d e f"),
        ("Cafe\u0301", "Café"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        ("It\u00e2\u20ac\u2122s a caf\u00c3\u00a9", "It’s a café"),
        ("5 k\u2126 at \u212b", "5 kΩ at Å"),  # signs that stand for letters
    ],
)
def test_damage_is_mended(text: str, expected: str) -> None:
    """Line ends, invisible characters, odd spaces, decomposed letters, wrong encodings."""
    assert repair(text) == expected


def test_a_broken_line_doesn_t_change_its_neighbours() -> None:
    """Encodings are repaired line by line; the line that quotes one is left alone."""
    text = "Gr\u00c3\u00b6\u00dfe\nGr\u00f6\u00dfe\n"

    assert repair(text).split("\n")[1:] == ["Größe", ""]


@given(st.text(st.characters(exclude_characters="\r\x85\u2028\u2029")))
def test_the_lines_of_a_text_stay_the_same_lines(text: str) -> None:
    """No line is joined, split, or moved, whatever else is in it."""
    assert repair(text).count("\n") == text.count("\n")


@given(st.text(st.characters(categories=None)))
def test_a_repaired_text_can_be_written_and_needs_no_second_repair(text: str) -> None:
    """Also with surrogates: the result is valid, composed, and free of controls."""
    repaired = repair(text)

    repaired.encode("utf-8")
    assert unicodedata.is_normalized("NFC", repaired)
    assert not [c for c in repaired if unicodedata.category(c) == "Cc" and c not in "\t\n"]
