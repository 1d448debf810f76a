"""Paragraphs: what a reader would call one, with exact offsets."""

from __future__ import annotations

import pytest

from cleaner.records import Block, Document, Span
from cleaner.segment import segment


def paragraphs_of(text: str) -> list[str]:
    return [paragraph.text for paragraph in segment(Document("1", "-", None, text))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The vote passed.\nthe mayor said so.", id="the line before ends a sentence"),
        pytest.param("home\nnews\nsport", id="menus in lower case"),
        pytest.param("The plan covers\n- roads\n- bridges", id="a bullet after an open line"),
        pytest.param("He gave two reasons:\nfirst, the cost", id="a colon ends a line"),
        pytest.param("What is known so far\n\nthe count goes on", id="a blank line between"),
        pytest.param(
            "Council Closes Harbour Bridge For Six Weeks\nFire Crews Called To Mill Street Again\n"
            "Swimmers Set Two Records At Lake Meet",
            id="headlines of like length",
        ),
    ],
)
def test_lines_that_stand_alone_are_not_joined(text: str) -> None:
    """Each line that is a paragraph of its own stays one."""
    assert paragraphs_of(text) == [line for line in text.split("\n") if line]


def test_a_wrapped_disclaimer_is_one_paragraph() -> None:
    """Short lines that go on in lower case belong together."""
    text = "We provide the\ninformation as is without warranty. We accept\nno liability for it."

    assert paragraphs_of(f"Notice:\n{text}\nMost read") == ["Notice:", text, "Most read"]


def test_text_wrapped_at_a_column_is_joined_also_before_capitals() -> None:
    """Greedy wrapping is recognised by what did not fit, not by the case of letters."""
    words = (
        "The harbour authority said on Monday that the old iron bridge between Mill Street and "
        "Quay Road will be closed to cars from the first of May while Lindqvist and Sons replace "
        "the deck, a job that the council put off twice because the money was spent on schools."
    ).split()
    lines, line = [], ""
    for word in words:
        if len(line) + 1 + len(word) > 60:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    text = "\n".join([*lines, line])

    assert paragraphs_of(f"{text}\n\n{text}") == [text, text]


def test_a_list_that_lost_its_line_breaks_is_split() -> None:
    """Items behind a question stand alone, and a dash inside a sentence splits nothing."""
    assert paragraphs_of("Why now? - The first point. - The second point. - A third") == [
        "Why now?",
        "- The first point.",
        "- The second point.",
        "- A third",
    ]
    assert len(paragraphs_of("He came - She saw - They left. - It ended.")) == 1


def test_blocks_of_html_are_never_joined() -> None:
    """What HTML set apart stays apart, and each paragraph knows its block."""
    text = "Read more about the\nold bridge"
    blocks = (Block(Span(0, 19), "p", "body/p", 0), Block(Span(20, 30), "p", "body/p", 0))
    found = segment(Document("1", "-", None, text, blocks))

    assert [paragraph.text for paragraph in found] == text.split("\n")
    assert tuple(paragraph.block for paragraph in found) == blocks


@pytest.mark.parametrize("text", ["", " ", "\n \n\t\n"])
def test_text_without_anything_to_see_has_no_paragraphs(text: str) -> None:
    """White space is not a paragraph."""
    assert paragraphs_of(text) == []


# --- a line for each text node ----------------------------------------------------------------

SHATTERED = """News
Sport
Contact us
Council backs
library
plan
Ines Falk
,
The council voted 7-2 to build a library on
Mill Street
, Mayor
Ana Ruiz
said, and the
Port News
was told
. "It is late," she said.
Tomas Berg
's plan failed.
The library (
Northgate
), the third in ten years, opens in May.
Nobody objected.
"""


def test_the_text_nodes_of_a_sentence_are_one_paragraph() -> None:
    """What BeautifulSoup's get_text("\\n") prints; menus and names beside them stay apart."""
    found = [text.replace("\n", "|") for text in paragraphs_of(SHATTERED)]
    assert found[:3] == ["News", "Sport", "Contact us"]
    assert found[-4:] == [
        "The council voted 7-2 to build a library on|Mill Street|, Mayor|Ana Ruiz|said, and the"
        '|Port News|was told|. "It is late," she said.',
        "Tomas Berg|'s plan failed.",
        "The library (|Northgate|), the third in ten years, opens in May.",
        "Nobody objected.",
    ]
    assert not any("Ines Falk" in text and "Council" in text for text in found)


def test_text_nodes_are_not_joined_over_blank_lines() -> None:
    apart = SHATTERED.replace("\n", "\n\n")
    assert len(paragraphs_of(apart)) == len(SHATTERED.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "home\nnews\nsport\nabout us\ncontact\nJones wins again\nThe mayor said no.\nbusiness\n",
        "He paused\n...\nand went on.\n...\nShe left\n...\nfor good.\nThe end.\n",
        "A poem begins,\nand it goes on\nin lines,\nAna wrote.\n, is how one line began.\n",
    ],
    ids=["menu in small letters", "dots for stars", "poem"],
)
def test_other_dumps_with_small_letters_are_not_put_together(text: str) -> None:
    """The last line at least stands alone, as it does without the comma or the dots."""
    assert paragraphs_of(text)[-1] == text.split("\n")[-2]
