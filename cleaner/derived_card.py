"""The card and the numbers of a model that a user has trained further."""

from __future__ import annotations

import json

from cleaner.finetune import Share, Tuned


def derived_card(tuned: Tuned, source: str, pages: int, labels: str) -> str:
    """Say what the model was derived from, and how much its judgement changed."""
    return f"""# Content model, derived

Derived from the model `content@{source}` by `python -m cleaner train`: a correction learned from
{tuned.learned} labelled paragraphs on {pages} pages (SHA-256 of the file of labels begins
`{labels}`). The networks and word scores of the original are unchanged; the correction is
added to their judgement.

| paragraphs that the correction hadn't seen | number | right before | right after |
|---|---|---|---|
| labelled by the user, pages held out | {_row(tuned.held_out)} |
| remembered from the original training | {_row(tuned.remembered)} |

After these were measured the model learned from all labels. What the original's card says about
publishers that it had not seen was measured without the correction and may no longer hold.
"""


def derived_metrics(tuned: Tuned, source: str, labels: str) -> str:
    """The same as JSON. There are no pinned floors: nobody else has the labels."""
    return (
        json.dumps(
            {
                "derived_from": source,
                "labels_digest": labels,
                "learned": tuned.learned,
                "held_out": tuned.held_out._asdict(),
                "remembered": tuned.remembered._asdict(),
            },
            indent=2,
        )
        + "\n"
    )


def _row(share: Share) -> str:
    if not share.rows:
        return "0 | | "
    return f"{share.rows} | {share.before:.3f} | {share.after:.3f}"
