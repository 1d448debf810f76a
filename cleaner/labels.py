"""The closed list of labels, read from ``labels.toml`` so that it is declared once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Label:
    """A label's name, whether its text is removed by default, its colour and meaning."""

    name: str
    removed: bool
    colour: str
    meaning: str


def _load() -> dict[str, Label]:
    source = resources.files("cleaner").joinpath("labels.toml").read_text("utf-8")
    return {name: Label(name=name, **row) for name, row in tomllib.loads(source).items()}


LABELS = MappingProxyType(_load())
REMOVED_BY_DEFAULT = frozenset(name for name, label in LABELS.items() if label.removed)
