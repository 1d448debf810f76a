"""What the head of a page says, read once for all who ask."""

from __future__ import annotations

from cleaner.blocks import extract_blocks
from cleaner.html_head import read_head
from cleaner.html_metadata import read_metadata
from cleaner.html_tags import Page, read_page

PAGE = """<html lang=en><head><title>Vote passes - The Post</title>
<meta name=description content="Not asked for."><meta name=author content=" Ana  Ruiz ">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Vote passes"}</script>
<script type="application/ld+json">no json</script></head>
<body><svg><title>Menu</title></svg><h1>Vote passes</h1><p>It passed."""


def page_of(html: str) -> Page:
    page = read_page(html)
    assert page is not None
    return page


def test_a_picture_in_the_body_does_not_name_the_window() -> None:
    head = read_head(page_of("<body><svg><title>Menu</title></svg>"))

    assert (head.window, head.title) == (None, "Menu")


def test_what_nobody_asks_for_is_not_read() -> None:
    head = read_head(page_of(PAGE))

    assert head.meta == {"author": ["Ana Ruiz"]}
    assert head.window == "Vote passes - The Post"


def test_scripts_that_are_no_json_are_left_out() -> None:
    assert read_head(page_of(PAGE)).linked_data == [
        {"@type": "NewsArticle", "headline": "Vote passes"}
    ]


def test_a_head_that_is_known_changes_nothing() -> None:
    page = page_of(PAGE)
    head = read_head(page)

    assert read_metadata(page, None, head) == read_metadata(page)
    known, asked = extract_blocks(PAGE, page, head), extract_blocks(PAGE)
    assert (known.text, known.blocks) == (asked.text, asked.blocks)
