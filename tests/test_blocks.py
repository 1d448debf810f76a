"""Pages of HTML as blocks: what becomes a block, what is never text, and what hostile pages do."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from cleaner.blocks import BlockPage, extract_blocks
from cleaner.html_tags import MAX_TAGS
from cleaner.records import Document
from cleaner.segment import segment

PROSE = "The harbour board voted on Tuesday to close the old ferry terminal for a year."


def lines(html: str) -> list[str]:
    return extract_blocks(html).text.split("\n")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>let a = 1</script>",
        "<style>p { color: red }</style>",
        "<noscript>Turn on JavaScript</noscript>",
        "<template><p>Card</p></template>",
        "<select><option>Norway</select>",
        "<p hidden>Nobody sees this</p>",
        '<div style="display:none"><p>A menu</div>',
        "<!-- a note -->",
        "<svg><title>Icon</title><text>x</text></svg>",
        "<iframe>No frames</iframe>",
    ],
)
def test_what_a_reader_does_not_see_is_no_text(hidden: str) -> None:
    """Code, closed menus and comments leave no block, and their surroundings stay."""
    assert lines(f"<p>Before</p>{hidden}<p>After</p>") == ["Before", "After"]


def test_an_article_that_a_subscription_hides_is_text() -> None:
    """A long hidden article is there, since a script or a subscription would show it."""
    page = "<div style='display:none'>" + f"<p>{PROSE}</p>" * 12 + "</div>"

    assert lines(page) == [PROSE] * 12


def test_text_after_the_end_of_the_page_is_text() -> None:
    """Templates that are glued together end the page in its middle."""
    assert lines("<body><p>One</p></body></html><div>Two</div></body></html>") == ["One", "Two"]


def test_inline_markup_does_not_break_a_line() -> None:
    """Bold text, links and abbreviations belong to the sentence that they stand in."""
    page = "<p>The <b>board</b> of\n <a href=/>Mill <i>Harbour</i></a>, it <abbr>said</abbr>."

    assert lines(page) == ["The board of Mill Harbour, it said."]


def test_two_line_breaks_end_a_paragraph() -> None:
    """Two breaks end it, also with space between; one inside a sentence doesn't."""
    page = "<div>Roses are<br>red<br> <br/>Violets<br><br><br>are blue</div>"

    assert lines(page) == ["Roses are red", "Violets", "are blue"]


def test_one_line_break_after_a_full_sentence_ends_a_paragraph() -> None:
    """Old pages put a single break between paragraphs."""
    assert lines(f"<td>{PROSE}<br>{PROSE}</td>") == [PROSE, PROSE]


def test_table_rows_are_lines() -> None:
    """Short cells stand in one line, whatever is inside them, and no separator hangs over."""
    page = "<table><tr><th>Team<th>Won<tr><td><b>Hill</b><td>3<td></table><p>End"

    assert lines(page) == ["Team | Won", "Hill | 3", "End"]


def test_layout_tables_do_not_glue_menus_to_articles() -> None:
    """A menu's cell and a cell full of prose are separate blocks."""
    page = f"<table><tr><td><a href=/>Home</a><td>{PROSE}<br><br>{PROSE}<td>Ad</table>"

    assert lines(page) == ["Home", PROSE, PROSE, "Ad"]


def test_lists_quotes_headings_and_captions_are_blocks_of_their_own() -> None:
    """Every element that starts a line starts a block, with its tag."""
    page = extract_blocks(
        "<h2>Why</h2><ul><li>One<li>Two</ul><blockquote>Said</blockquote>"
        "<figure><img src=a><figcaption>Rain</figcaption></figure><pre>a\nb\n\nc</pre>"
    )

    assert page.text.split("\n") == ["Why", "One", "Two", "Said", "Rain", "a b", "c"]
    assert [block.tag for block in page.blocks] == [
        "h2", "li", "li", "blockquote", "figcaption", "pre", "pre",
    ]  # fmt: skip


def test_links_side_by_side_stay_apart() -> None:
    """Menus keep their links apart with a style sheet; their words must not run together."""
    assert lines("<div><a href=/>Home</a><a href=/s>Sport</a></div>") == ["Home Sport"]


def test_link_chars_count_only_the_text_of_links() -> None:
    """The share of a block that is link is known exactly for simple markup."""
    page = extract_blocks("<p>See <a href=/>the  report</a> now</p><p>No link</p>")

    assert [block.link_chars for block in page.blocks] == [len("the report"), 0]


def test_linked_data_is_used_only_where_the_page_lacks_the_article() -> None:
    """An article that only JSON-LD holds becomes blocks; one that is shown is not doubled."""
    body = f"{PROSE} " * 8
    linked = f'<script type="application/ld+json">{{"articleBody": "{body}"}}</script>'

    assert lines(f"{linked}<p>Subscribe to read on") == ["Subscribe to read on", body.strip()]
    assert lines(f"{linked}<p>{body}") == [body.strip()]


PAGES = [
    "",
    "   ",
    "no markup at all",
    "<p>a</p>\u200b<p>\u200b</p><p>\u00a0</p><p>b\x00c</p>",
    "<p>caf\u00c3\u00a9 \u00e2\u20ac\u2122</p><p>cafe\u0301</p>",
    "<table><tr><td>" * 50,
    "</p></div></td></tr></a></b>text</body>more",
    "<a><a><b><p>x</a></b></p><br></br>y",
    "<p>line\u2028separator</p>\ud800<p>lone surrogate",
    "<ul>" + "<li>item <b>bold</b>" * 200,
    "<pre>\n\n\n a \n\n\n</pre>",
    "<td>a<td>b</table>c",
]


@pytest.mark.parametrize("html", PAGES)
def test_blocks_tile_the_text(html: str) -> None:
    """Every line of the text is a block, exactly, and every block a paragraph."""
    page = extract_blocks(html)
    cut = [page.text[block.span.start : block.span.end] for block in page.blocks]
    paragraphs = segment(Document("1", "-", None, page.text, page.blocks))

    assert "\n".join(cut) == page.text
    assert all(text == text.strip() and text for text in cut)
    assert [paragraph.span for paragraph in paragraphs] == [block.span for block in page.blocks]
    assert page.facts.node.size == len(page.blocks)


@pytest.mark.parametrize("html", PAGES)
def test_facts_are_consistent(html: str) -> None:
    """Elements are in document order and hold what their parents hold; facts can be pickled."""
    facts = extract_blocks(html).facts
    children = np.arange(1, facts.parent.size)

    assert (facts.parent[children] < children).all()
    assert (facts.end[facts.parent[children]] >= facts.end[children]).all()
    assert (facts.end > np.arange(facts.end.size)).all()
    assert (facts.node < facts.parent.size).all()
    assert facts.first[-1] == facts.tokens.size
    again = pickle.loads(pickle.dumps(facts))  # noqa: S301
    assert all((old == new).all() for old, new in zip(facts, again, strict=True))


def test_an_empty_page_has_no_blocks() -> None:
    """Nothing in, nothing out."""
    page = extract_blocks("<html><body></body></html>")

    assert (page.text, page.blocks) == ("", ())


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + PROSE,
        f"<b>{PROSE}</b>" + "<i>x</i>" * 300_000,
        "<p>" + f"{PROSE} " * 250_000,
        "<p " + "a=b " * 50_000 + f">{PROSE}",
        f"<p>{PROSE}" + "<!--" * 20_000,
        f"<p>{PROSE}</p>" + "&lt;" * 200_000,
        f"<p>{PROSE}</p>" + "<table><tr><td>" * 400,
    ],
    ids=["deep", "many tags", "20 MB", "attributes", "comments", "entities", "tables"],
)
def test_hostile_pages_keep_their_text(html: str) -> None:
    """Pages that are made to hold up a parser still give their text."""
    assert PROSE in extract_blocks(html).text


def test_a_page_with_too_many_tags_comes_without_paths() -> None:
    """It is read without being parsed, so its blocks stand in no element."""
    page = extract_blocks(f"<p>{PROSE}</p>" * MAX_TAGS)

    assert {(block.tag, block.path) for block in page.blocks} == {("", "")}


def test_the_same_page_gives_the_same_blocks() -> None:
    """Nothing depends on what was read before."""
    html = f"<main class='story-12'><p class=lead>{PROSE}</p><p>{PROSE}</p></main>"

    def facts(page: BlockPage) -> list[list[int]]:
        return [values.tolist() for values in page.facts]

    first, second = extract_blocks(html), extract_blocks(html)

    assert (first.text, first.blocks) == (second.text, second.blocks)
    assert facts(first) == facts(second)
