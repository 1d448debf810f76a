"""``train``: a content model that has learned a user's labels, beside the one it came from."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

from cleaner.classify import load_models
from cleaner.commands.console import counted, emit
from cleaner.derived_card import derived_card, derived_metrics
from cleaner.errors import ExitStatus, InputError, OutputError
from cleaner.finetune import Share, Tuned, finetune
from cleaner.labelled import CONTEXT, LabelledPage, read_labels
from cleaner.modelfolder import model_folder
from cleaner.modelstore import load_rehearsal, save_content
from cleaner.writers.files import writing_to

_LEAST = 8
_COPIED = ("blocks", "authorship")


def train_command(arguments: argparse.Namespace) -> ExitStatus:
    """Write the models, the content model corrected by the labels, into a new folder."""
    source: Path = arguments.models or model_folder()
    target: Path = arguments.output
    _check_target(target)
    pages = read_labels(arguments.labels)
    _check_labels(arguments.labels, pages)
    model = load_models(source).content  # all of them, since all are copied
    rehearsal = load_rehearsal(source / "content")
    tuned = finetune(model, rehearsal, pages)
    digest = hashlib.sha256(arguments.labels.read_bytes()).hexdigest()[:16]
    with writing_to(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the folder can appear whole, in one step.
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
            folder = Path(scratch) / "models"
            for name in _COPIED:
                shutil.copytree(source / name, folder / name)
            save_content(folder / "content", tuned.model, rehearsal)
            told = derived_card(tuned, model.digest, len(pages), digest)
            (folder / "content" / "card.md").write_text(told, encoding="utf-8")
            metrics = derived_metrics(tuned, model.digest, digest)
            (folder / "content" / "metrics.json").write_text(metrics, encoding="utf-8")
            if target.exists():
                target.rmdir()
            folder.rename(target)
    if not arguments.quiet:
        _report(tuned, pages, target)
    return ExitStatus.DONE


def _check_target(target: Path) -> None:
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise OutputError(
            f"{target}: there is something here already. A trained model gets a folder of its "
            "own; give the name of a new one to -o."
        )


def _check_labels(path: Path, pages: list[LabelledPage]) -> None:
    usable = sum(int((page.keep != CONTEXT).sum()) for page in pages)
    if usable < _LEAST:
        raise InputError(
            f"{path}: only {counted(usable, 'paragraph')} labelled reporting, filler or chrome. "
            f"Nothing can be learned from less than {_LEAST}; some hundred are a good beginning."
        )


def _report(tuned: Tuned, pages: list[LabelledPage], target: Path) -> None:
    emit(
        f"Learned from {counted(tuned.learned, 'paragraph')} of {counted(len(pages), 'page')}. "
        "Right before and after, where the correction hadn't seen the paragraph:"
    )
    emit(f"  your labels, a quarter of the pages held out   {_shown(tuned.held_out)}")
    emit(f"  paragraphs that the model remembers            {_shown(tuned.remembered)}")
    if tuned.remembered.after < tuned.remembered.before:
        emit("  The second line got worse: on other pages than yours expect a few more mistakes.")
    emit(
        "The numbers of the shipped model's card no longer hold. Pages in HTML are judged by the "
        "model of blocks, which learns nothing from this."
    )
    emit(f"Use it: python -m cleaner INPUT... -o OUT --models {target}")


def _shown(share: Share) -> str:
    if not share.rows:
        return "too few pages to hold some out"
    return f"{share.before:.1%} -> {share.after:.1%}   ({counted(share.rows, 'paragraph')})"
