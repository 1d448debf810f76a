"""The page to read first: how one raw record becomes a cleaned document.

Detectors yield findings, one function decides, writers show both halves. Nothing here
knows of files or processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from cleaner import classify
from cleaner.block_facts import BlockFacts
from cleaner.config import Config
from cleaner.decide import Assigned, assign, decide
from cleaner.duplicates import Duplicate, find_duplicates
from cleaner.errors import RejectError
from cleaner.extract import ExtractOptions, extract_with_facts
from cleaner.garbage import no_collection
from cleaner.header import find_header
from cleaner.metadata import build_metadata
from cleaner.records import Cleaned, Document, Finding, Paragraph, Raw, Rejected
from cleaner.rules import RuleHits, RuleSet, load_packs
from cleaner.segment import segment
from cleaner.templates import TemplateSet
from cleaner.view import view
from cleaner.weigh import Policy

# What the authorship model has learned to read; elsewhere its scores mean nothing.
_AUTHORSHIP_LANGUAGES = frozenset({"en", "eng"})
# Measured on page dumps: between two paragraphs of the article, 177 of 252 short lines that
# the content model puts above this are the body's own.
_KEEP_HEADING = 0.2


Extract = tuple[Document, BlockFacts | None]


class _Examined(NamedTuple):
    """A document with the evidence that needs no model."""

    document: Document
    facts: BlockFacts | None
    paragraphs: list[Paragraph]
    hits: RuleHits
    furniture: list[Finding]
    assigned: Assigned
    duplicates: list[Duplicate]


class Cleaner:
    """Cleans records under one configuration; holds the rules and the models.

    >>> cleaner = Cleaner(Config())
    >>> body = '''Council Backs New Library
    ... The city council voted 7-2 on Monday to build a library on Mill Street, Mayor Ana Ruiz said.
    ... Already a member? Sign in here'''
    >>> cleaned = cleaner.clean(Raw("1", "page.txt", "text/plain", body.encode()))
    >>> cleaned.text
    'The city council voted 7-2 on Monday to build a library on Mill Street, Mayor Ana Ruiz said.'
    >>> cleaned.metadata["title"]
    'Council Backs New Library'
    """

    def __init__(self, config: Config, models: classify.Models | None = None) -> None:
        """`models` stands for what `config` names, for those who have loaded or made them."""
        self.config = config
        self.rules = RuleSet(load_packs(config.rules))
        self.templates = TemplateSet.load_all(config.templates)
        self.models = classify.load_models(config.models) if models is None else models
        content, authorship = self.models.content, self.models.authorship
        threshold = config.ai_threshold
        self.policy = Policy(
            keep=content.keep_threshold,
            keep_heading=min(_KEEP_HEADING, content.keep_threshold),
            machine=authorship.remove_threshold if threshold is None else threshold,
            suspect=min(authorship.suspect_threshold, 1.0 if threshold is None else threshold),
            by_content=f"model:content@{content.digest}",
            by_authorship=f"model:authorship@{authorship.digest}",
            removed_labels=config.removed_labels,
            # Who names a threshold wants whole documents judged by it.
            most=0.5 if threshold is None else 1.0,
        )
        self._block_policy = replace(
            self.policy,
            keep=self.models.blocks.keep_threshold,
            by_content=f"model:blocks@{self.models.blocks.digest}",
            judges_copies=True,
        )
        self._extract_options = ExtractOptions(extractor=config.extractor)

    @cached_property
    def digests(self) -> dict[str, str]:
        """What beside the options decides about the output: digests of rules, templates, models."""
        return {
            "rules": self.rules.digest,
            "templates": self.templates.digest,
            "models": self.models.digest,
        }

    def why(self, by: str) -> str | None:
        """The sentence in which a rule says why it exists, for a finding's `by`."""
        if by.startswith("template:"):
            return f"The line stands on many pages of {by.removeprefix('template:')}."
        rule = self.rules.by_name.get(by)
        return rule.why if rule else None

    def clean(self, raw: Raw) -> Cleaned:
        """Clean one record; each paragraph gets a decision of its own, as `explain` shows it.

        Raises:
            RejectError: the record can't become a document, with kind and reason.
        """
        extract = extract_with_facts(raw, self._extract_options)
        [cleaned] = self.clean_documents([extract], detailed=True)
        return self._second_look(raw, cleaned)

    def clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]:
        """Clean many records at once, in order: the models are much faster over a batch.

        What is removed is the same as with `clean`; what is kept has fewer decisions.
        """
        with no_collection():
            return self._clean_batch(raws)

    def _clean_batch(self, raws: Sequence[Raw]) -> list[Cleaned | Rejected]:
        results: list[Extract | Rejected] = []
        for raw in raws:
            try:
                results.append(extract_with_facts(raw, self._extract_options))
            except RejectError as error:
                results.append(Rejected(raw, error.kind, error.reason))
        cleaned = iter(self.clean_documents([r for r in results if not isinstance(r, Rejected)]))
        return [
            result if isinstance(result, Rejected) else self._second_look(raw, next(cleaned))
            for raw, result in zip(raws, results, strict=True)
        ]

    def _second_look(self, raw: Raw, cleaned: Cleaned) -> Cleaned:
        """Look for the article in another way where the model of blocks found none at all.

        It is right about an index page, and wrong about a layout that it has never seen: then
        the page is taken as trafilatura reads it.
        """
        if cleaned.document.meta.get("extractor") != "blocks" or cleaned.metadata["ai_chars"]:
            return cleaned
        if cleaned.text.strip():
            return cleaned
        try:
            other = extract_with_facts(raw, ExtractOptions(extractor="trafilatura"))
        except RejectError:
            return cleaned
        if other[0].meta.get("extractor") != "trafilatura":
            return cleaned
        [again] = self.clean_documents([other], detailed=True)
        return again if again.text.strip() else cleaned

    def clean_documents(
        self, documents: Sequence[Extract], *, detailed: bool = False
    ) -> list[Cleaned]:
        """Clean documents that are extracted already, each with the facts of its blocks."""
        examined = self._examine(documents)
        judgements = classify.judge(self.models, [_page(item) for item in examined])
        return [
            self._decide(item, judgement, detailed=detailed)
            for item, judgement in zip(examined, judgements, strict=True)
        ]

    def _examine(self, extracts: Sequence[Extract]) -> list[_Examined]:
        """Gather what rules and repetitions say."""
        documents = [document for document, _ in extracts]
        segmented = [segment(document) for document in documents]
        views = [view(document.text) for document in documents]
        found = self.rules.find_all(documents, segmented, views)
        examined = []
        for (document, facts), paragraphs, seen, hits in zip(
            extracts, segmented, views, found, strict=True
        ):
            furniture = self.templates.find(document, paragraphs)
            assigned = assign(document.text, paragraphs, [*hits.findings, *furniture])
            duplicates = find_duplicates(paragraphs, seen, assigned.whole.keys())
            examined.append(
                _Examined(document, facts, paragraphs, hits, furniture, assigned, duplicates)
            )
        return examined

    def _decide(
        self, item: _Examined, judgement: classify.Judgement, *, detailed: bool = False
    ) -> Cleaned:
        document, facts, paragraphs, hits, furniture, assigned, duplicates = item
        policy = self.policy if facts is None else self._block_policy
        explained = {duplicate.index for duplicate in duplicates}
        # A name or a date that a host repeats is furniture, but it is metadata first.
        explained |= {i for i, known in assigned.whole.items() if known not in furniture}
        header = find_header(
            document, paragraphs, explained, judgement.content.tolist(), policy.keep
        )
        if header.findings:
            assigned = assigned.with_whole(paragraphs, header.findings)
        decisions = decide(
            document, paragraphs, assigned, duplicates, judgement, policy, detailed=detailed
        )
        metadata = build_metadata(
            document, paragraphs, hits.lifted, header, decisions, judgement, policy
        )
        return Cleaned(document, decisions, metadata)


def _page(item: _Examined) -> classify.Page:
    settled = [False] * len(item.paragraphs)
    for index in item.assigned.whole:
        settled[index] = True
    for duplicate in item.duplicates:
        # Of two equal blocks the tree knows which one is the article's.
        settled[duplicate.index] = item.facts is None
    whole_page = item.document.meta.get("extractor") != "trafilatura"
    is_readable = item.document.meta.get("lang") in _AUTHORSHIP_LANGUAGES
    return classify.Page(item.paragraphs, settled, whole_page, item.facts, is_readable)
