"""The models' cards: what was trained on what, how well it does, where it fails."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

Numbers = dict[str, float]
_TEXTS = Path(__file__).resolve().parent / "cards"


class Row(NamedTuple):
    """One line of a table: a number's name, what it means, and the aim, where there is one."""

    name: str
    meaning: str
    aim: float | None = None


CONTENT = (
    Row("dumps_en.f1", "kept characters, whole-page dumps, English news: F1", 0.98),
    Row("dumps_en.precision", "... precision"),
    Row("dumps_en.recall", "... recall"),
    Row("dumps_en.document_f1", "... mean F1 of documents", 0.97),
    Row("dumps_en_with_cut_gold.f1", "... F1 with the pages whose gold is cut short"),
    Row("dumps_en_with_cut_gold.document_f1", "... mean F1 of documents with them"),
    Row("dumps_de.f1", "... German news (fundus-tests)"),
    Row("dumps_2011.f1", "... English news of 2011-12 (waddle-daniel)"),
    Row("dumps_blogs.f1", "... English blogs (wcxb)"),
    Row("prose.junk_removed", "prose-shaped filler and chrome removed", 0.98),
    Row("prose.reporting_kept", "prose outside the gold that is reporting: kept", 0.85),
    Row("clean_en.lost", "characters lost from clean gold text, English", 0.001),
    Row("clean_de.lost", "... German", 0.001),
    Row("clean_2011.lost", "... English of 2011-12", 0.001),
    Row("authored_filler.removed", "project-written filler lines among an article: removed"),
)
AUTHORSHIP = (
    Row("unseen_windows.recall", "unseen machine sources, windows: mean recall at 1 % FPR", 0.8),
    Row("unseen_documents.recall", "... documents: mean recall at 1 % FPR", 0.95),
    Row("unseen_windows.recall_as_shipped", "... windows: mean recall at the shipped threshold"),
    Row("authored_half_percent.mean", "authored pieces caught at 0.5 % FPR, mean of kinds", 0.97),
    Row("authored_shipped.mean", "... at the shipped threshold"),
    Row(
        "authored_pooled.mean",
        "authored pieces, each judged as one text, beside parts of human"
        " texts that are as long: caught at 0.5 % FPR",
        0.97,
    ),
    Row("authored_documents.mean", "... beside whole human texts"),
)


def tables(name: str, numbers: Numbers) -> str:
    """The numbers of one model as Markdown tables."""
    rows = CONTENT if name == "content" else AUTHORSHIP
    lines = ["| on unseen publishers and sources | measured | aim |", "|---|---|---|"]
    for row in rows:
        aim = "" if row.aim is None else f"{row.aim:g}"
        lines.append(f"| {row.meaning} | {numbers[row.name]:.4f} | {aim} |")
    if name == "authorship":
        lines += ["", *_authored(numbers), "", *_human(numbers), "", *_unseen(numbers)]
    return "\n".join(lines)


def _authored(numbers: Numbers) -> list[str]:
    """One line a kind of piece; the columns are the ways to be caught."""
    kinds = [key.removeprefix("authored_shipped.") for key in numbers if "authored_shipped." in key]
    lines = [
        "| kind of authored piece | half of its paragraphs at 0.5 % FPR | ... as shipped "
        "| paragraphs removed as shipped | piece as one text at 0.5 % of parts | ... of texts |",
        "|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        ways = ("half_percent", "shipped", "removed", "pooled", "documents")
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
