"""Measure the models on publishers and sources they have not seen, against pinned floors.

    python scripts/evaluate.py --data DIR [content|authorship|html|dumps|all]

Every number comes from cross-validation (by publisher for content, by source for authorship),
so this trains anew, minutes a model. Ends with 1 when a number is under the floor in its row of
the table, or under what was pinned in `metrics.json`. `--update` pins new floors, and refuses to
lower one without `--allow-regression REASON`.
`html` is `evaluate_html.py`: the whole program beside its peers. `dumps` is `evaluate_dumps.py`:
rules on articles, and the whole program on text dumps of pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

import _setup  # noqa: F401
import cards
import evaluate_dumps
import evaluate_html
import gate
import numpy as np
import train

from cleaner.classify import Page, judge, load_models
from cleaner.modelstore import model_folder
from cleaner.records import Document
from cleaner.segment import segment

_OTHERS = {"html": evaluate_html.main, "dumps": evaluate_dumps.main}


def speed(data: Path) -> dict[str, float]:
    """MB/s of features and both models on one core, and the size of the artefacts."""
    models = load_models()
    with gzip.open(data / "pages" / "newspaper4k-dataset.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["gold_text"] or "" for line in lines]
    pages = []
    for text in texts:
        paragraphs = segment(Document("", "", None, text))
        pages.append(Page(paragraphs, np.zeros(len(paragraphs), np.bool_), True))
    best = float("inf")
    for _ in range(7):
        begin = time.process_time()
        for start in range(0, len(pages), 64):
            judge(models, pages[start : start + 64])
        best = min(best, time.process_time() - begin)
    size = sum(path.stat().st_size for path in model_folder().glob("*/*"))
    return {
        "megabytes_per_second": sum(len(text.encode()) for text in texts) / 1e6 / best,
        "artefact_megabytes": size / 1e6,
    }


def check(name: str, options: argparse.Namespace) -> bool:
    """Measure one model; True when it keeps its limits (or they were updated)."""
    folder = options.models / name
    trained = train.train(name, options.data)
    digest = gate.evaluation_digest(name, options.data)
    metrics = gate.read_metrics(folder)
    print(cards.tables(name, trained.numbers))
    if options.update:
        try:
            metrics = gate.raised(metrics, trained.numbers, options.allow_regression)
        except ValueError as error:
            print(f"{error}\nTo accept that, give a reason: --allow-regression REASON")
            return False
        gate.write_metrics(folder, {**metrics, "evaluation_digest": digest})
        return True
    if digest != metrics["evaluation_digest"]:
        print(f"{name}: measured on other data than the pinned floors; pin them with --update")
        return False
    problems = cards.short_of(cards.rows_of(name), trained.numbers)
    problems += gate.breaches(metrics, trained.numbers)
    print("\n".join(f"{name}: {problem}" for problem in problems) or f"{name}: all floors kept")
    return not problems


def _without(arguments: list[str], word: str) -> list[str]:
    at = arguments.index(word)
    return arguments[:at] + arguments[at + 1 :]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with pages, lines and ai")
    parser.add_argument("--models", type=Path, default=model_folder(), help="where the models are")
    parser.add_argument("--update", action="store_true", help="pin new floors")
    parser.add_argument("--allow-regression", metavar="REASON", help="why a floor may be lowered")
    parser.add_argument("which", nargs="?", default="all", choices=(*train.MODELS, *_OTHERS, "all"))
    options, others = parser.parse_known_args(argv)
    if options.which in _OTHERS:
        arguments = _without(sys.argv[1:] if argv is None else argv, options.which)
        return _OTHERS[options.which](arguments)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    names = train.MODELS if options.which == "all" else (options.which,)
    good = [check(name, options) for name in names]
    running = speed(options.data)
    print("\n".join(cards.line(row, running) for row in cards.RUNNING))
    slow = cards.short_of(cards.RUNNING, running)
    print("\n".join(slow) or "speed and size: all floors kept")
    return 0 if all(good) and not slow else 1


if __name__ == "__main__":
    sys.exit(main())
