"""What `bench.py html` runs over pages: other extractors, and the steps of our own reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import trafilatura

from cleaner.block_walk import walk
from cleaner.blocks import block_page
from cleaner.decode import decode
from cleaner.html_metadata import read_metadata
from cleaner.html_tags import read_page
from cleaner.records import Raw

Contestants = dict[str, Callable[[], object]]


def raws_of_pages(pages: Sequence[dict[str, Any]]) -> list[Raw]:
    return [
        Raw(
            str(number),
            "bench",
            "text/html",
            page["html"].encode("utf-8", "replace"),
            {"url": page["url"]},
        )
        for number, page in enumerate(pages)
    ]


def peers(html: Sequence[str]) -> Contestants:
    """What other programs need for the main text alone; those that are not installed are named."""

    def over(run: Callable[[str], object]) -> Callable[[], object]:
        return lambda: [run(page) for page in html]

    found: Contestants = {
        "trafilatura.extract": over(trafilatura.extract),
        "trafilatura.extract, fast": over(partial(trafilatura.extract, fast=True)),
        "trafilatura.extract, precision": over(partial(trafilatura.extract, favor_precision=True)),
    }
    try:
        from resiliparse.extract.html2text import extract_plain_text

        found["resiliparse, main content"] = over(partial(extract_plain_text, main_content=True))
    except ImportError:
        print("resiliparse is not installed: pip install -c constraints.txt resiliparse")
    try:
        from readability import Document as Readability

        found["readability-lxml"] = over(lambda page: Readability(page).summary())
    except ImportError:
        print("readability-lxml is not installed: pip install -c constraints.txt readability-lxml")
    return found


def stages(raws: Sequence[Raw]) -> Contestants:
    """The steps from the bytes of a page to its blocks; pages that are too large stay out."""
    texts = [decode(raw.body, is_html=True).text for raw in raws]
    pages = [page for page in map(read_page, texts) if page is not None]
    walked = [walk(page.tags) for page in pages]
    return {
        "decode": lambda: [decode(raw.body, is_html=True) for raw in raws],
        "tags": lambda: [read_page(text) for text in texts],
        "page metadata": lambda: [read_metadata(page) for page in pages],
        "walk": lambda: [walk(page.tags) for page in pages],
        "blocks and their facts": lambda: [block_page(one, "") for one in walked],
    }
