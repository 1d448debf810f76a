"""The content model's tables, from out-of-fold scores: every number is about unseen publishers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from content_corpus import CLEAN_GOLD, CUT_GOLD, PageSample, clean_pages, read
from fit_content import ContentFit

from cleaner.content import ContentModel, content_probabilities, word_scores
from cleaner.features import Floats, pieces, tokenise
from cleaner.features_around import Flags
from cleaner.features_words import content_grams

Numbers = dict[str, float]


class Scored(NamedTuple):
    """Pages with their final logits, one array over all their paragraphs."""

    pages: list[PageSample]
    page: np.ndarray
    starts: np.ndarray
    chars: Floats
    keep: np.ndarray
    kept: Flags


def score(result: ContentFit) -> Scored:
    """The decisions that out-of-fold logits lead to."""
    data = result.data
    chars = np.array([len(text) for page in data.pages for text in page.texts])
    kept = (result.logits >= 0) & ~data.settled
    return Scored(list(data.pages), data.page, data.starts, chars, data.keep, kept)


def select(scored: Scored, sources: tuple[str, ...], variant: str, lang: str | None) -> Flags:
    """Which paragraphs belong to pages of these sources, in this shape and language."""
    chosen = np.array(
        [
            page.source in sources and page.variant.startswith(variant)
            and (lang is None or page.lang == lang)
            for page in scored.pages
        ]
    )  # fmt: skip
    return np.asarray(chosen[scored.page])


def f1(scored: Scored, rows: Flags) -> Numbers:
    """Character precision, recall and F1 over all rows, and the mean F1 of documents."""
    rows = rows & (scored.keep >= 0)
    parts = {
        name: np.bincount(
            scored.page, weights=scored.chars * (rows & mask), minlength=len(scored.pages)
        )
        for name, mask in (
            ("hit", scored.kept & (scored.keep == 1)),
            ("junk", scored.kept & (scored.keep == 0)),
            ("lost", ~scored.kept & (scored.keep == 1)),
        )
    }
    hit, junk, lost = (parts[name].sum() for name in ("hit", "junk", "lost"))
    counted = np.bincount(scored.page, weights=rows, minlength=len(scored.pages)) > 0
    each = 2 * parts["hit"] / np.maximum(2 * parts["hit"] + parts["junk"] + parts["lost"], 1)
    return {
        "f1": 2 * hit / max(2 * hit + junk + lost, 1),
        "precision": hit / max(hit + junk, 1),
        "recall": hit / max(hit + lost, 1),
        "document_f1": float(each[counted].mean()),
        "pages": int(counted.sum()),
    }


def lost_share(scored: Scored, rows: Flags) -> float:
    """The share of a clean text's characters that would be removed."""
    total = scored.chars[rows].sum()
    return float(scored.chars[rows & ~scored.kept].sum() / max(total, 1))


def prose_lines(scored: Scored, folder: Path) -> Numbers:
    """How the 1,600 labelled prose lines outside the gold are treated."""
    labels: Mapping[tuple[str, str, str], str] = {
        (str(r["source"]), str(r["id"]), str(r["text"])): str(r["label"])
        for r in read(folder / "lines" / "labelled_prose.jsonl.gz")
    }
    junk, reporting = [], []
    row = 0
    for page in scored.pages:
        for text in page.texts:
            if page.variant.startswith("dump"):
                label = labels.get((page.source, page.id, text))
                if label in ("filler", "chrome"):
                    junk.append(not scored.kept[row])
                elif label == "reporting":
                    reporting.append(scored.kept[row])
            row += 1
    return {
        "junk_removed": float(np.mean(junk)),
        "reporting_kept": float(np.mean(reporting)),
        "lines": len(junk) + len(reporting),
    }


def with_cut_gold(result: ContentFit) -> Flags:
    """Pages whose gold is complete; the others are measured, but not learned from."""
    return np.array([(p.source, p.id) not in CUT_GOLD for p in result.data.pages])


def content_numbers(result: ContentFit, folder: Path) -> Numbers:
    """All content numbers of the tables, by name."""
    scored = score(result)
    numbers: Numbers = {}
    complete = with_cut_gold(result)[scored.page]
    for name, sources, lang in (
        ("dumps_en", CLEAN_GOLD, "en"),
        ("dumps_de", ("fundus-tests",), "de"),
        ("dumps_2011", ("waddle-daniel",), "en"),
        ("dumps_blogs", ("wcxb",), "en"),
    ):
        rows = select(scored, sources, "dump", lang)
        for key, value in f1(scored, rows & complete).items():
            numbers[f"{name}.{key}"] = value
    everything = f1(scored, select(scored, CLEAN_GOLD, "dump", "en"))
    numbers["dumps_en_with_cut_gold.f1"] = everything["f1"]
    numbers["dumps_en_with_cut_gold.document_f1"] = everything["document_f1"]
    for name, sources, lang in (
        ("clean_en", CLEAN_GOLD, "en"),
        ("clean_de", ("fundus-tests",), "de"),
        ("clean_2011", ("waddle-daniel",), "en"),
    ):
        numbers[f"{name}.lost"] = lost_share(scored, select(scored, sources, "clean", lang))
    for key, value in prose_lines(scored, folder).items():
        numbers[f"prose.{key}"] = value
    return numbers


def kept_filler(model: ContentModel, folder: Path, count: int = 8) -> tuple[float, list[str]]:
    """Put project-written filler lines under their article: the share removed, and what wasn't.

    The articles are known to the model, the filler lines are not.
    """
    articles = {
        f"{page.source}::{page.id}": page.texts
        for page in clean_pages(folder, CLEAN_GOLD)
        if page.variant == "clean-blank"
    }
    kept, total = [], 0
    for record in read(folder / "ai" / "authored_commentary.jsonl.gz"):
        article = articles.get(str(record["article"]))
        if record["label"] != "filler" or article is None:
            continue
        lines = [str(line) for line in record["paragraphs"]]  # type: ignore[attr-defined]
        texts = [*article, *lines]
        batch = [tokenise(texts[piece]) for piece in pieces([len(text) for text in texts])]
        found = content_probabilities(
            model, batch, [word_scores(model, content_grams(tokens)) for tokens in batch],
            np.array([len(texts)]), np.zeros(len(texts), np.bool_), np.ones(1, np.bool_),
        )[len(article) :]  # fmt: skip
        total += len(lines)
        kept += [
            (float(p), line)
            for p, line in zip(found, lines, strict=True)
            if p >= model.keep_threshold
        ]
    worst = sorted(kept, reverse=True)[:count]
    return 1 - len(kept) / max(total, 1), [f"kept ({p:.2f}): {line[:220]}" for p, line in worst]
