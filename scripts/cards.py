"""The models' cards: what was trained on what, how well it does, where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

Numbers = dict[str, float]
_TEXTS = Path(__file__).resolve().parent / "cards"


class Row(NamedTuple):
    """One line of a table: a number's name and meaning; what it must keep to, what is aimed at."""

    name: str
    meaning: str
    aim: float | None = None
    floor: float | None = None


CONTENT = (
    Row("dumps_en.f1", "kept characters, whole-page dumps, English news: F1", 0.98, 0.955),
    Row("dumps_en.precision", "... precision"),
    Row("dumps_en.recall", "... recall"),
    Row("dumps_en.document_f1", "... mean F1 of documents", 0.97, 0.93),
    Row("dumps_en_with_cut_gold.f1", "... F1 with the pages whose gold is cut short"),
    Row("dumps_en_with_cut_gold.document_f1", "... mean F1 of documents with them"),
    Row("dumps_de.f1", "... German news (fundus-tests)"),
    Row("dumps_2011.f1", "... English news of 2011-12 (waddle-daniel)"),
    Row("dumps_blogs.f1", "... English blogs (wcxb)"),
    Row("prose.junk_removed", "prose-shaped filler and chrome removed", 0.98, 0.90),
    Row("prose.reporting_kept", "prose outside the gold that is reporting: kept", 0.85, 0.60),
    Row("clean_en.lost", "characters lost from clean gold text, English", 0.001, 0.005),
    Row("clean_de.lost", "... German", 0.001, 0.005),
    Row("clean_2011.lost", "... English of 2011-12", 0.001, 0.005),
    Row("authored_filler.removed", "project-written filler lines among an article: removed"),
)
AUTHORSHIP = (
    Row("unseen_windows.recall", "unseen machine sources, windows: mean recall at 1 % FPR", 0.8),
    Row("unseen_documents.recall", "... documents: mean recall at 1 % FPR", 0.95),
    Row("unseen_windows.recall_as_shipped", "... windows: mean recall at the shipped threshold"),
    Row("authored_half_percent.mean", "authored pieces caught at 0.5 % FPR, mean of kinds", 0.97),
    Row("authored_alone.mean", "... those that stand alone"),
    Row("authored_inside.mean", "... those inside of a person's article"),
    Row("authored_shipped.mean", "... of those inside, removed as shipped"),
    Row("around_authored.lost", "... human paragraphs of these articles: removed"),
    Row(
        "authored_pooled.mean",
        "authored pieces, each judged as one text, beside parts of human"
        " texts that are as long: caught at 0.5 % FPR",
        0.97,
    ),
    Row("authored_documents.mean", "... beside whole human texts"),
)


RUNNING = (
    Row("megabytes_per_second", "judging clean text, features included, one core: MB/s", 40, 20),
    Row("artefact_megabytes", "size of all models: MB", 5, 20),
)


def short_of(rows: Sequence[Row], numbers: Numbers) -> list[str]:
    """The floors that numbers don't reach, as sentences; an aim below the floor: less is better.

    >>> short_of([Row("f1", "F1", 0.98, 0.95), Row("lost", "lost", 0.1, 0.5)],
    ...          {"f1": 0.94, "lost": 0.2})
    ['F1: 0.9400, and the floor is 0.95']
    """
    found = []
    for row in rows:
        if row.floor is None or row.aim is None:
            continue
        value = numbers[row.name]
        good = value <= row.floor if row.aim < row.floor else value >= row.floor
        if not good:
            found.append(f"{row.meaning}: {value:.4f}, and the floor is {row.floor:g}")
    return found


def rows_of(name: str) -> tuple[Row, ...]:
    """The rows of a model's table."""
    return CONTENT if name == "content" else AUTHORSHIP


def tables(name: str, numbers: Numbers) -> str:
    """The numbers of one model as Markdown tables."""
    lines = ["| on unseen publishers and sources | measured | floor | aim |", "|---|---|---|---|"]
    lines += [line(row, numbers) for row in rows_of(name)]
    if name == "authorship":
        lines += ["", *_authored(numbers), "", *_human(numbers), "", *_unseen(numbers)]
    return "\n".join(lines)


def line(row: Row, numbers: Numbers) -> str:
    """One line of a table."""
    floor, aim = ("" if limit is None else f"{limit:g}" for limit in (row.floor, row.aim))
    return f"| {row.meaning} | {numbers[row.name]:.4f} | {floor} | {aim} |"


def _authored(numbers: Numbers) -> list[str]:
    """One line a kind of piece; the columns are the ways to be caught."""
    kinds = [key.removeprefix("authored_shipped.") for key in numbers if "authored_shipped." in key]
    lines = [
        "| kind of authored piece | half of its paragraphs at 0.5 % FPR | ... alone | ... inside "
        "| ... as shipped | paragraphs removed as shipped | piece as one text at 0.5 % of parts "
        "| ... of texts |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ways = ("half_percent", "alone", "inside", "shipped", "removed", "pooled", "documents")
    for kind in kinds:
        cells = " | ".join(f"{numbers[f'authored_{way}.{kind}']:.3f}" for way in ways)
        lines.append(f"| {kind} | {cells} |")
    return lines


def _human(numbers: Numbers) -> list[str]:
    lines = ["| human genre, source left out | paragraphs removed |", "|---|---|"]
    for key in sorted(key for key in numbers if key.startswith("human.")):
        lines.append(f"| {key.removeprefix('human.')} | {numbers[key]:.2%} |")
    return lines


def _unseen(numbers: Numbers) -> list[str]:
    lines = ["| machine source left out | windows caught at 1 % FPR |", "|---|---|"]
    for key in sorted(key for key in numbers if key.startswith("unseen.")):
        lines.append(f"| {key.removeprefix('unseen.')} | {numbers[key]:.2f} |")
    return lines


def card(name: str, numbers: Numbers, mistakes: list[str]) -> str:
    """A model's card: its text from `scripts/cards/`, with tables and mistakes filled in."""
    text = (_TEXTS / f"{name}.md").read_text(encoding="utf-8")
    quoted = "\n".join(f"- {mistake}" for mistake in mistakes)
    return text.replace("{{tables}}", tables(name, numbers)).replace("{{mistakes}}", quoted)
