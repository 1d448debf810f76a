"""What beside the options decides about the output, without all that cleaning itself needs.

A run from cron that finds nothing new asks only for this, and mostly not even for the digests:
it knows them from the last run, by the fingerprint of the same files.
"""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

from cleaner import __version__
from cleaner.config import Config
from cleaner.modelfolder import model_folder


def digests(config: Config) -> dict[str, str]:
    """The same as `cleaner.pipeline.Cleaner.digests`, for the ledger and the records.

    Raises:
        RuleError: a rule pack is malformed.
        InputError: a file of templates is malformed.
        ModelError: a model is missing or damaged.
    """
    from cleaner import classify
    from cleaner.rules import RuleSet, load_packs
    from cleaner.templates import TemplateSet

    return {
        "rules": RuleSet(load_packs(config.rules)).digest,
        "templates": TemplateSet.load_all(config.templates).digest,
        "models": classify.load_models(config.models).digest,
    }


def fingerprint(config: Config) -> str:
    """A digest of all the bytes that `digests` is made of: equal bytes give equal digests.

    What can't be read is left out here, and refused when it is loaded.

    >>> from pathlib import Path
    >>> fingerprint(Config()) == fingerprint(Config(rules=(Path("no-such-file.toml"),)))
    False
    """
    state = sha256(__version__.encode())
    packs = resources.files("cleaner.rulepack").iterdir()
    builtin = sorted((pack for pack in packs if pack.name.endswith(".toml")), key=_name)
    models = sorted((config.models or model_folder()).glob("*/*"))
    weights = (file for file in models if file.suffix != ".md")
    for path in (*builtin, *config.rules, *config.templates, *weights):
        try:
            content = path.read_bytes()
        except OSError:
            content = b""
        state.update(f"\n{path.name} {len(content)}\n".encode("utf-8", "surrogateescape"))
        state.update(content)
    return state.hexdigest()[:32]


def _name(path: resources.abc.Traversable) -> str:
    return path.name
