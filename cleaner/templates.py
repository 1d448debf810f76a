"""Host templates: lines that a site repeats on its pages, found without anyone writing a rule.

`learn_from` counts documents and writes a file that people can read and correct;
`TemplateSet.load` reads it, and `find` yields findings signed ``template:<host>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import orjson

from cleaner.hosts import host_of
from cleaner.reach import is_prose
from cleaner.records import Document, Finding, Paragraph
from cleaner.segment import segment
from cleaner.template_counts import TemplateCounts, open_counts
from cleaner.template_file import FILLER_WORDS, Template, read_templates, write_templates
from cleaner.template_lines import (
    BODY,
    MAX_CHARS,
    body_of,
    is_sentence,
    line_keys,
    observe,
    place_of,
    runs,
    words_of,
    zone_of,
)
from cleaner.template_verdict import Thresholds, is_furniture, position

__all__ = [
    "Template",
    "TemplateSet",
    "learn_from",
    "read_templates",
    "templates_of",
    "write_templates",
]

Score = Callable[[Document, Sequence[Paragraph]], Sequence[float]]
_MAX_LINES_PER_HOST = 1_000


class TemplateSet:
    """Templates made ready for matching, by host and line.

    >>> footer = Template("news.example", "terms of use", 9, 0.9, "tail", "Terms of Use", True)
    >>> text = "The vote passed, the mayor said after a debate that took two hours.\\nTerms of use"
    >>> document = Document("1", "-", "https://www.news.example/vote", text)
    >>> [finding] = TemplateSet([footer]).find(document, segment(document))
    >>> text[slice(*finding.span)], finding.label, finding.by
    ('Terms of use', 'chrome', 'template:news.example')
    """

    def __init__(self, templates: Iterable[Template] = ()) -> None:
        self._by_host: dict[str, dict[str, Template]] = {}
        for template in templates:
            lines = self._by_host.setdefault(template.host, {})
            lines.pop(template.line, None)
            if template.remove:
                lines[template.line] = template
        # No line is much longer than all examples; most paragraphs of an article are.
        self._longest = {
            host: min(2 * max(len(template.example) for template in lines.values()), MAX_CHARS)
            for host, lines in self._by_host.items()
            if lines
        }

    @classmethod
    def load(cls, path: Path) -> TemplateSet:
        """Read a file that `learn_from` wrote and people may have edited.

        Raises:
            InputError: it can't be read, or a line in it is no template.
        """
        return cls(read_templates(path))

    @classmethod
    def load_all(cls, paths: Iterable[Path]) -> TemplateSet:
        """Read several files; where two name the same line of a host, the later one counts."""
        return cls(template for path in paths for template in read_templates(path))

    @cached_property
    def digest(self) -> str:
        """Hex digest of everything in the templates that can change an output."""
        state = blake2b(digest_size=16)
        for host in sorted(self._by_host):
            for line in sorted(self._by_host[host]):
                template = self._by_host[host][line]
                state.update(orjson.dumps([*template], default=str))
        return state.hexdigest()

    def find(self, document: Document, paragraphs: Sequence[Paragraph]) -> list[Finding]:
        """The paragraphs that are furniture of the document's host, in order."""
        host = host_of(document.url) or ""
        if host not in self._longest:
            return []
        lines = line_keys(document, paragraphs, self._longest[host])
        known = _known(self._by_host[host], lines)
        if not known:
            return []
        body = body_of(paragraphs, known)
        found = {
            index: template
            for index, template in known.items()
            if template.fits(zone_of(index, body), place_of(index, body))
        }
        if _is_whole_story(found, paragraphs):
            found = {i: template for i, template in found.items() if not _may_be_story(template)}
        return [
            Finding(
                paragraphs[index].span,
                _label(paragraphs[index].text),
                template.by,
                round(template.pages / (template.pages + 1), 3),
            )
            for index, template in sorted(found.items())
        ]


def _known(templates: dict[str, Template], lines: Sequence[str]) -> dict[int, Template]:
    """The template that each line reads like, alone or in a run, wherever it stands."""
    known = {index: templates[line] for index, line in enumerate(lines) if line in templates}
    for index, run in runs(lines):
        template = templates.get(run)
        if template is not None:
            known.setdefault(index, template)
            known.setdefault(index + 1, template)
    return known


def _may_be_story(template: Template) -> bool:
    return template.is_long and BODY in template.position


def _is_whole_story(found: dict[int, Template], paragraphs: Sequence[Paragraph]) -> bool:
    """Whether most of the prose would go: then a story was learned, not furniture."""
    if not any(_may_be_story(template) for template in found.values()):
        return False
    prose = [paragraph.index for paragraph in paragraphs if is_prose(paragraph)]
    stories = sum(index in found and _may_be_story(found[index]) for index in prose)
    return 2 * stories > len(prose)


def _label(text: str) -> str:
    return "filler" if words_of(text) >= FILLER_WORDS and is_sentence(text) else "chrome"


def learn_from(
    documents: Iterable[Document],
    output: Path,
    *,
    counts: Path | None = None,
    score: Score | None = None,
    at_least: Thresholds = Thresholds(),  # noqa: B008
) -> int:
    """Count `documents` and write their hosts' templates to `output`; how many were written.

    `counts` is a file to go on counting in (made when missing); without it the counts are
    temporary. `score` gives P(article) of a document's paragraphs, as a further guard.

    Raises:
        InputError: the file of counts can't be used.
        OutputError: `output` can't be written.
    """
    with open_counts(counts) as counted:
        for document in documents:
            paragraphs = segment(document)
            page = observe(document, paragraphs, score(document, paragraphs) if score else None)
            if page is not None:
                counted.add(page)
        return write_templates(templates_of(counted, at_least), output)


def templates_of(counts: TemplateCounts, at_least: Thresholds = Thresholds()) -> Iterator[Template]:  # noqa: B008
    """What the counts say, by host, the most frequent lines first.

    A run of two lines is left out where each of them speaks for itself.
    """
    host: list[Template] = []
    for count in counts.lines(at_least.pages):
        if count.share < at_least.listed:
            continue
        template = Template(
            count.host, count.line, count.pages, round(count.share, 3), position(count),
            count.example, is_furniture(count, at_least),
        )  # fmt: skip
        if host and host[0].host != template.host:
            yield from _settled(host)
            host = []
        host.append(template)
    yield from _settled(host)


def _settled(templates: list[Template]) -> list[Template]:
    removed = {template.line for template in templates if template.remove}
    alone = [
        template
        for template in templates
        if "\n" not in template.line
        or (template.remove and not removed.issuperset(template.line.split("\n")))
    ]
    alone.sort(key=lambda template: (-template.pages, template.line))
    return alone[:_MAX_LINES_PER_HOST]
