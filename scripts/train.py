"""Train the shipped models from raw data to artefacts, cards and metrics.

    python scripts/train.py --data DIR [content|authorship|blocks|all] [--models DIR]

DIR holds `pages/`, `lines/` and `ai/`. The same data gives the same bytes: seeds are fixed,
orders are sorted, and linear algebra runs in one thread.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import _setup  # noqa: F401
import cards
import fit_content
import fit_pool
import gate
import numpy as np
import train_blocks
from authorship_corpus import writings
from content_corpus import training_pages
from measure_authorship import Numbers, authorship_numbers, missed_pieces, thresholds
from measure_content import content_numbers, kept_filler

from cleaner.authorship import AuthorshipModel
from cleaner.content import ContentModel
from cleaner.modelstore import model_folder, save_authorship, save_content
from cleaner.rehearsal import Rehearsal

MODELS = ("content", "authorship")


class Trained(NamedTuple):
    """A model, its numbers on unseen publishers or sources, and its worst mistakes."""

    model: ContentModel | AuthorshipModel
    numbers: Numbers
    mistakes: list[str]
    rehearsal: Rehearsal | None = None


def train(name: str, data: Path) -> Trained:
    """Train and measure one model."""
    # Linear models stop after a fixed number of steps; scikit-learn warns that they could go on.
    warnings.filterwarnings("ignore", message="lbfgs failed to converge")
    return train_content(data) if name == "content" else train_authorship(data)


def train_content(data: Path) -> Trained:
    result = fit_content.fit(training_pages(data))
    numbers = content_numbers(result, data)
    share, kept = kept_filler(result.model, data)
    numbers["authored_filler.removed"] = share
    return Trained(result.model, numbers, kept, result.rehearsal)


def train_authorship(data: Path) -> Trained:
    result = fit_pool.fit([w for w in writings(data) if w.chunks])
    remove, suspect = thresholds(result)
    model = dataclasses.replace(
        result.model,
        remove_threshold=round(_probability(remove), 5),
        suspect_threshold=round(_probability(suspect), 5),
    )
    numbers = authorship_numbers(result, remove, suspect)
    return Trained(model, numbers, missed_pieces(result, remove))


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def write(name: str, trained: Trained, folder: Path, data: Path) -> None:
    """Save a model with its card and numbers; pinned floors stay as they are."""
    if isinstance(trained.model, ContentModel):
        assert trained.rehearsal is not None
        save_content(folder / name, trained.model, trained.rehearsal)
    else:
        save_authorship(folder / name, trained.model)
    gate.write_numbers(folder / name, trained.numbers, gate.evaluation_digest(name, data))
    card = cards.card(name, trained.numbers, trained.mistakes)
    (folder / name / "card.md").write_text(card, encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_RawText)
    parser.add_argument("--data", type=Path, required=True, help="folder with pages, lines and ai")
    parser.add_argument("--models", type=Path, default=model_folder(), help="where to write")
    parser.add_argument("which", nargs="?", default="all", choices=(*MODELS, "blocks", "all"))
    options = parser.parse_args(argv)
    if options.which in ("blocks", "all"):
        train_blocks.train(options.data, options.models / "blocks")
    for name in MODELS:
        if options.which not in (name, "all"):
            continue
        begin = time.monotonic()
        trained = train(name, options.data)
        write(name, trained, options.models, options.data)
        print(f"{name}: trained in {time.monotonic() - begin:.0f} s")
        print(cards.tables(name, trained.numbers))
    return 0


_RawText = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    raise SystemExit(main())
