"""The options of ``templates``, apart from the command: help needn't wait for the models."""

from __future__ import annotations

import argparse
from pathlib import Path

from cleaner.commands.options import version
from cleaner.commands.parser import Parser

_PROGRAM = "python -m cleaner templates"
_EXAMPLES = f"""\
examples:
  {_PROGRAM} learn crawl/ -o templates.jsonl
  {_PROGRAM} learn today/ -o templates.jsonl --counts counts.sqlite   (adds to earlier days)
  {_PROGRAM} export cleaned/ -o templates.jsonl      (what runs with --learn-templates counted)
  python -m cleaner crawl/ -o cleaned/ --templates templates.jsonl

Every line of the file is one repeated line of one host, with the number of pages it stands on.
Change "remove" to true or false where you know better; docs/templates.md says what decides."""


def templates_parser() -> argparse.ArgumentParser:
    """The parser of ``templates``."""
    parser = Parser(
        prog=_PROGRAM,
        description="Learn which lines each host repeats on its pages; documents need a URL.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("action", choices=["learn", "export"],
        help="learn: count the inputs and write templates; "
             "export: write those of earlier counts")  # fmt: skip
    add("input", nargs="+", metavar="INPUT",
        help="what to learn from; for export a file of counts, "
             "or the output folder of runs")  # fmt: skip
    add("-o", "--output", type=Path, metavar="FILE", required=True, help="the file of templates")
    add("--counts", type=Path, metavar="FILE",
        help="keep the counts here, and add to those that are there")  # fmt: skip
    add("--min-pages", type=int, metavar="N",
        help="the least number of pages with a line (3)")  # fmt: skip
    for name in ("text", "html", "url", "id"):
        add(f"--{name}-field", metavar="NAME", help=f"the field of JSON lines with the {name}")
    add("--quiet", action="store_true", help="say nothing but errors")
    add("--debug", action="store_true", help="log everything; show tracebacks")
    add("--version", action="version", version=version())
    return parser
