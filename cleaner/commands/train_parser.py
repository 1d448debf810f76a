"""The options of ``train``, apart from the command: help needn't wait for the models."""

from __future__ import annotations

from pathlib import Path

from cleaner.commands.options import PROGRAM, Parser, add_common, new_parser

_EXAMPLES = f"""\
example:
  {PROGRAM} train --labels labels.jsonl -o mymodels
  {PROGRAM} crawl/ -o cleaned/ --models mymodels

A line of the labels: {{"text": "Photo by Ana Ruiz", "label": "filler", "page": "a1", "order": 7}}
label: reporting, filler or chrome; title, heading and duplicate are neighbours only.
page (or id) and order are optional: lines of one page are judged as neighbours of each other.
docs/training.md says how much it takes and what it can't learn."""


def train_parser() -> Parser:
    """The parser of ``train``."""
    parser = new_parser(
        "train",
        "Teach the content model your own labelled paragraphs. It writes a new folder of models "
        "for --models, and says what changed; the original data isn't needed.",
        _EXAMPLES,
    )
    add = parser.add_argument
    add("--labels", type=Path, required=True, metavar="FILE", help="labelled paragraphs, JSONL")
    add("-o", "--output", type=Path, required=True, metavar="FOLDER",
        help="a new folder for the models")  # fmt: skip
    add("--models", type=Path, metavar="FOLDER", help="start from these models of your own")
    add_common(parser)
    return parser
