"""What beside the options decides about the output, without all that cleaning itself needs.

A run from cron that finds nothing new asks only for this; it is a third of the program's start.
"""

from __future__ import annotations

from cleaner import classify
from cleaner.config import Config
from cleaner.rules import RuleSet, load_packs
from cleaner.templates import TemplateSet


def digests(config: Config) -> dict[str, str]:
    """The same as `cleaner.pipeline.Cleaner.digests`, for the ledger and the records.

    Raises:
        RuleError: a rule pack is malformed.
        InputError: a file of templates is malformed.
        ModelError: a model is missing or damaged.
    """
    return {
        "rules": RuleSet(load_packs(config.rules)).digest,
        "templates": TemplateSet.load_all(config.templates).digest,
        "models": classify.load_models(config.models).digest,
    }
