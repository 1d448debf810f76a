"""What other programs make of a page, with their settings that suit news best."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

from html_corpus import GoldPage

Contestant = Callable[[Sequence[GoldPage]], list[str]]


def peers() -> dict[str, Contestant]:
    """The peers by name; importing them takes seconds."""
    import trafilatura
    from lxml import html as lxml_html
    from readability import Document as Readability
    from resiliparse.extract.html2text import extract_plain_text

    def each(run: Callable[[str], str | None]) -> Contestant:
        def guarded(page: GoldPage) -> str:
            try:
                return run(page.html) or ""
            except Exception as error:
                print(f"{page.id}: {error!r}"[:100], file=sys.stderr)
                return ""

        return lambda pages: [guarded(page) for page in pages]

    def readable(html: str) -> str:
        article = lxml_html.fromstring(Readability(html).summary())
        return "\n".join(" ".join(p.itertext()) for p in article.iter("p", "li", "h2", "h3"))

    extract = partial(trafilatura.extract, include_comments=False, include_tables=False)
    return {
        "trafilatura": each(extract),
        "trafilatura fast": each(partial(extract, fast=True)),
        "trafilatura precision": each(partial(extract, favor_precision=True)),
        "resiliparse": each(lambda html: extract_plain_text(html, main_content=True)),
        "readability-lxml": each(readable),
    }
