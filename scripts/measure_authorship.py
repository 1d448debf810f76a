"""The authorship model's tables, from out-of-fold scores: every number is about unseen sources."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from authorship_corpus import MEASURED_PIECES, Writing
from fit_pool import AuthorshipFit

from cleaner.authorship import MIN_WORDS
from cleaner.features import Floats, Ints
from cleaner.features_around import Flags, rows_of_pages
from cleaner.weigh import MOST_SUSPECT

Numbers = dict[str, float]
FORMATS = ("insights", "outlook", "background", "wrapup", "summary", "rewrite")
# Ways to say that an authored piece was caught, see `authorship_numbers`.
AUTHORED = ("half_percent", "alone", "inside", "shipped", "removed", "pooled", "documents")
# Nobody writes these genres in newspapers: they balance the academic sets, not the tables.
_OUTSIDE = ("l2r", "xsum", "adadetectgpt", "lastde", "remodetect")
_MIN_ROWS = 40


def genre(writing: Writing) -> str:
    """The row of the false-positive table that a human text belongs to."""
    if writing.source.startswith(_OUTSIDE):
        return ""
    if writing.source in ("human_echoes_opinion", "writer_summaries"):
        return writing.source.removeprefix("human_")
    return writing.source if writing.source.startswith("gold-") else writing.genre


class Tables(NamedTuple):
    """Rows are chunks of pure documents with enough words around them."""

    logits: Floats
    source: np.ndarray
    genre: np.ndarray
    machine: Flags
    text: np.ndarray


def rows_of(fit: AuthorshipFit) -> Tables:
    """The chunks that are judged, by source and genre."""
    chosen = judged(fit)
    text = fit.documents.text[chosen]
    writings = fit.data.writings
    return Tables(
        fit.logits[chosen],
        np.array([writings[t].source for t in text]),
        np.array([genre(writings[t]) for t in text]),
        fit.data.machine[text],
        text,
    )


def judged(fit: AuthorshipFit) -> Ints:
    """The rows of `Tables` among all chunks of documents."""
    return np.flatnonzero((fit.reach >= MIN_WORDS) & ~fit.documents.mixed)


def balanced_quantile(tables: Tables, share: float) -> float:
    """The logit that `share` of human paragraphs exceed, every genre weighing the same."""
    values, weights = [], []
    for name in sorted(set(tables.genre[~tables.machine]) - {""}):
        rows = ~tables.machine & (tables.genre == name)
        values.append(tables.logits[rows])
        weights.append(np.full(rows.sum(), 1 / rows.sum()))
    logits, weight = np.concatenate(values), np.concatenate(weights)
    order = np.argsort(-logits, kind="stable")
    above = np.cumsum(weight[order]) / weight.sum()
    return float(logits[order][np.searchsorted(above, share)])


def thresholds(fit: AuthorshipFit) -> tuple[float, float]:
    """Logits from which on a paragraph is removed, and suspect.

    Removal: at most 2.5 in a thousand paragraphs of every human genre, as the program removes
    them (`spared`). Suspect: two in a hundred of all genres together.
    """
    tables = rows_of(fit)
    suspect = balanced_quantile(tables, 0.02)
    logits = np.where(spared(fit, suspect)[judged(fit)], -np.inf, tables.logits)
    strict = []
    for name in sorted(set(tables.genre[~tables.machine]) - {""}):
        rows = ~tables.machine & (tables.genre == name)
        if rows.sum() >= _MIN_ROWS:
            strict.append(float(np.quantile(logits[rows], 0.9975, method="higher")))
    return max(strict), suspect


def spared(fit: AuthorshipFit, suspect: float) -> Flags:
    """Chunks of documents most of which is suspect: the program takes nothing there by style.

    See `cleaner.weigh`.
    """
    words = np.concatenate([np.diff(tokens.first) for tokens in fit.data.batch])
    words = words[fit.documents.chunk]
    _, document = rows_of_pages(fit.documents.length)
    is_suspect = (fit.logits >= suspect) & (fit.reach >= MIN_WORDS)
    share = np.bincount(document, weights=words * is_suspect) / np.bincount(document, weights=words)
    return np.asarray(share > MOST_SUSPECT)[document]


def authorship_numbers(fit: AuthorshipFit, remove: float, suspect: float) -> Numbers:
    """All authorship numbers of the tables, by name, for the shipped thresholds."""
    tables = rows_of(fit)
    gone = (fit.logits >= remove) & (fit.reach >= MIN_WORDS) & ~spared(fit, suspect)
    one_percent = balanced_quantile(tables, 0.01)
    half_percent = balanced_quantile(tables, 0.005)
    numbers: Numbers = {}
    unseen = sorted(s for s in set(tables.source[tables.machine]) if s.startswith(("wild_", "ai_")))
    for source in unseen:
        mine = tables.machine & (tables.source == source)
        numbers[f"unseen.{source}"] = float((tables.logits[mine] >= one_percent).mean())
    numbers["unseen_windows.recall"] = float(np.mean([numbers[f"unseen.{s}"] for s in unseen]))
    numbers["unseen_windows.recall_as_shipped"] = float(
        np.mean([
            (tables.logits[tables.machine & (tables.source == s)] >= remove).mean() for s in unseen
        ])
    )  # fmt: skip
    numbers["unseen_documents.recall"] = documents_recall(fit, unseen)
    gone_alone = gone[judged(fit)]
    for name in sorted(set(tables.genre[~tables.machine]) - {""}):
        rows = ~tables.machine & (tables.genre == name)
        numbers[f"human.{name}"] = float(gone_alone[rows].mean())
    numbers["around_authored.lost"] = lost_around(fit, gone)
    short = balanced_quantile(piece_tables(fit, parts=True), 0.005)
    whole = balanced_quantile(piece_tables(fit, parts=False), 0.005)
    for form in FORMATS:
        reached = fit.logits >= half_percent
        numbers[f"authored_half_percent.{form}"] = caught(fit, form, reached)
        numbers[f"authored_alone.{form}"] = caught(fit, form, reached, (False,))
        numbers[f"authored_inside.{form}"] = caught(fit, form, reached, (True,))
        numbers[f"authored_shipped.{form}"] = caught(fit, form, gone, (True,))
        numbers[f"authored_removed.{form}"] = removed(fit, form, gone)
        numbers[f"authored_pooled.{form}"] = pooled_caught(fit, form, short)
        numbers[f"authored_documents.{form}"] = pooled_caught(fit, form, whole)
    for name in AUTHORED:
        numbers[f"authored_{name}.mean"] = float(
            np.mean([numbers[f"authored_{name}.{form}"] for form in FORMATS])
        )
    return numbers


def piece_tables(fit: AuthorshipFit, *, parts: bool) -> Tables:
    """Machine texts as a whole, beside human texts: parts as long as authored pieces, or whole."""
    number = np.arange(len(fit.piece_logits))
    first = number < len(fit.data.writings)
    wanted = np.where(fit.data.machine[fit.pieces.text] | (not parts), first, ~first)
    rows = np.flatnonzero(wanted & (fit.piece_words >= MIN_WORDS))
    text = fit.pieces.text[rows]
    writings = fit.data.writings
    return Tables(
        fit.piece_logits[rows], np.array([writings[t].source for t in text]),
        np.array([genre(writings[t]) for t in text]), fit.data.machine[text], text,
    )  # fmt: skip


def documents_recall(fit: AuthorshipFit, sources: list[str]) -> float:
    """Mean recall over `sources` at 1 % of human documents, genres weighing the same."""
    tables = piece_tables(fit, parts=False)
    limit = balanced_quantile(tables, 0.01)
    recalls = [
        (tables.logits[tables.machine & (tables.source == source)] >= limit).mean()
        for source in sources
        if (tables.machine & (tables.source == source)).any()
    ]
    return float(np.mean(recalls))


def pooled_caught(fit: AuthorshipFit, form: str, limit: float) -> float:
    """The share of authored pieces that, judged as a document of their own, reach `limit`.

    Pieces that are too short to be judged are not caught.
    """
    writings = fit.data.writings
    mine = [n for n, w in enumerate(writings) if w.source == MEASURED_PIECES and w.genre == form]
    enough = fit.piece_words[mine] >= MIN_WORDS
    return float((enough & (fit.piece_logits[mine] >= limit)).mean())


def lost_around(fit: AuthorshipFit, gone: Flags) -> float:
    """The share of human paragraphs that go in articles with an authored piece."""
    _, document = rows_of_pages(fit.documents.length)
    machine = fit.data.machine[fit.documents.text]
    authored = fit.data.families[fit.documents.text] == "authored"
    beside = np.isin(document, document[authored & fit.documents.mixed])
    return float(gone[beside & ~machine & (fit.reach >= MIN_WORDS)].mean())


def removed(fit: AuthorshipFit, form: str, gone: Flags) -> float:
    """The share of the paragraphs of authored pieces inside of articles that go."""
    writings = fit.data.writings
    authored = np.array([w.source == MEASURED_PIECES and w.genre == form for w in writings])
    mine = authored[fit.documents.text] & fit.documents.mixed & (fit.reach >= MIN_WORDS)
    return float(gone[mine].mean())


def caught(
    fit: AuthorshipFit, form: str, hit: Flags, places: tuple[bool, ...] = (False, True)
) -> float:
    """The share of authored pieces of which at least half of the paragraphs are `hit`.

    A piece stands alone (False among the `places`), inside a person's article (True), or both.
    """
    writings = fit.data.writings
    authored = np.array([w.source == MEASURED_PIECES and w.genre == form for w in writings])[
        fit.documents.text
    ]
    hits = []
    for mixed in places:
        rows = np.flatnonzero(authored & (fit.documents.mixed == mixed))
        for text in np.unique(fit.documents.text[rows]):
            mine = rows[fit.documents.text[rows] == text]
            hits.append(hit[mine].mean() >= 0.5)
    return float(np.mean(hits))


def missed_pieces(fit: AuthorshipFit, limit: float, count: int = 8) -> list[str]:
    """The project-written pieces that look most human to the model: kind, logit, first words."""
    logits = fit.piece_logits[: len(fit.data.writings)].tolist()
    worst = {
        text: logits[text]
        for text, writing in enumerate(fit.data.writings)
        if writing.source == MEASURED_PIECES and logits[text] < limit
    }
    ordered = sorted(worst, key=lambda text: (worst[text], text))[:count]
    return [
        f"{fit.data.writings[t].genre} ({worst[t]:.1f}): {fit.data.writings[t].chunks[0][:220]}"
        for t in ordered
    ]
