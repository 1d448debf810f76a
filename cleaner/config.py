"""What a user may choose, as one frozen value, and the digest that stands for it.

The digest covers all that can change a byte of the output: these choices, the rule packs, the
models and the program's version. It is written into every record, and the ledger compares it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from cleaner import __version__
from cleaner.errors import UsageError
from cleaner.labels import LABELS, REMOVED_BY_DEFAULT

EXTRACTORS = ("blocks", "trafilatura", "text")
# These change what a run does with trouble or how long it waits, never what a document becomes.
_WITHOUT_EFFECT = frozenset({"document_timeout", "max_errors", "learn_templates"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The choices of one run; a field is named as its command-line option.

    `keep` and `drop` override the default of a label (``labels.toml``); `label_only` removes
    nothing and reports the labels instead. `ai_threshold` is None where the model's own,
    calibrated threshold is wanted. The ``*_field`` choices name fields of JSON lines; None
    finds them by their usual names.
    """

    rules: tuple[Path, ...] = ()
    templates: tuple[Path, ...] = ()
    learn_templates: bool = False
    dedup: bool = False
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    label_only: bool = False
    ai_threshold: float | None = None
    extractor: str = "blocks"
    models: Path | None = None
    text_field: str | None = None
    html_field: str | None = None
    url_field: str | None = None
    id_field: str | None = None
    title_field: str | None = None
    date_field: str | None = None
    document_timeout: float = 10.0
    max_errors: int | None = None

    def __post_init__(self) -> None:
        for option, names in (("--keep", self.keep), ("--drop", self.drop)):
            for name in sorted(names - LABELS.keys()):
                raise UsageError(
                    f"{option} {name}: there is no such label. Choose from {', '.join(LABELS)}."
                )
        for name in sorted(self.keep & self.drop):
            raise UsageError(
                f"--keep {name} and --drop {name} contradict each other. Leave one of them out."
            )
        if self.ai_threshold is not None and not 0 <= self.ai_threshold <= 1:
            raise UsageError(
                f"--ai-threshold {self.ai_threshold:g} is no probability. "
                "Choose a number from 0 (remove more) to 1 (remove less)."
            )
        if not self.document_timeout > 0:
            raise UsageError(
                f"--document-timeout {self.document_timeout:g} leaves no time at all. "
                "Choose a number of seconds above 0."
            )
        if self.extractor not in EXTRACTORS:
            raise UsageError(
                f"There is no extractor {self.extractor!r}. Choose from {', '.join(EXTRACTORS)}."
            )

    @property
    def removed_labels(self) -> frozenset[str]:
        """The labels whose text is taken out.

        >>> sorted(Config(keep=frozenset({"chrome"})).removed_labels)
        ['ai_commentary', 'duplicate', 'filler', 'heading', 'title']
        """
        return frozenset() if self.label_only else (REMOVED_BY_DEFAULT | self.drop) - self.keep


def described(config: Config, digests: Mapping[str, str]) -> dict[str, str]:
    """All that decides about the output, by name, as short strings that can be compared.

    `digests` are those of the rules, templates and models. Rule files don't appear by path: their
    content does, in the digest of the rules, so that moving a file changes nothing.
    """
    choices = {"version": __version__, **{name: digests[name] for name in sorted(digests)}}
    for name in Config.__dataclass_fields__:
        if name in _WITHOUT_EFFECT or name in ("rules", "templates", "models"):
            continue
        value = getattr(config, name)
        if isinstance(value, frozenset):
            value = ",".join(sorted(value))
        choices[name] = "" if value is None else str(value)
    return choices


def digest(config: Config, digests: Mapping[str, str]) -> str:
    """A short name for `described`: equal where the same input gives the same output.

    >>> digest(Config(), {}) == digest(Config(document_timeout=60.0), {})
    True
    >>> digest(Config(), {"rules": "1a"}) == digest(Config(), {"rules": "2b"})
    False
    """
    canonical = orjson.dumps(described(config, digests), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(canonical, digest_size=6).hexdigest()


def options_changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What differs between two configurations, for people.

    >>> options_changed({"rules": "1a", "version": "0.1.0"}, {"rules": "2b", "version": "0.1.0"})
    'rules'
    """
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return ", ".join(names)
