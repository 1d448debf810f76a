"""Pinned floors: a model that got worse doesn't land unnoticed.

`metrics.json` beside a model holds its numbers, the floors (or ceilings) they must keep to,
and a digest of the data they were measured on, because numbers on other data don't compare.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

Numbers = dict[str, float]
_FILES = {
    "content": ("lines/*.jsonl.gz", "pages/fundus-tests.jsonl.gz",
                "pages/newspaper4k-dataset.jsonl.gz", "pages/waddle-daniel.jsonl.gz"),
    "authorship": ("ai/*.jsonl.gz", "pages/fundus-tests.jsonl.gz",
                   "pages/newspaper4k-dataset.jsonl.gz", "pages/waddle-daniel.jsonl.gz"),
    "blocks": ("pages/fundus-tests.jsonl.gz", "pages/newspaper4k-dataset.jsonl.gz",
               "pages/waddle-daniel.jsonl.gz", "pages/wcxb.jsonl.gz"),
}  # fmt: skip
# Another machine's rounding may move a number by this much.
_SLACK = 0.003


def is_ceiling(name: str) -> bool:
    """Whether less is better: lost text and falsely flagged people.

    >>> is_ceiling("clean_en.lost"), is_ceiling("human.opinion"), is_ceiling("dumps_en.f1")
    (True, True, False)
    """
    return name.endswith(".lost") or name.startswith("human.")


def evaluation_digest(name: str, data: Path) -> str:
    """A digest over the files that a model is measured on."""
    digest = hashlib.sha256()
    for pattern in _FILES[name]:
        for path in sorted(data.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def read_metrics(folder: Path) -> dict[str, Any]:
    """The content of `metrics.json`, empty where there is none yet."""
    path = folder / "metrics.json"
    if not path.exists():
        return {"numbers": {}, "limits": {}, "evaluation_digest": "", "allowed_regressions": []}
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def write_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    """Write `metrics.json`; the file appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "metrics.json.part"
    temporary.write_text(json.dumps(metrics, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(folder / "metrics.json")


def write_numbers(folder: Path, numbers: Numbers, digest: str) -> None:
    """Replace the numbers; the limits stay."""
    metrics = read_metrics(folder)
    metrics["numbers"] = {name: round(value, 5) for name, value in numbers.items()}
    metrics["evaluation_digest"] = digest
    write_metrics(folder, metrics)


def breaches(metrics: dict[str, Any], numbers: Numbers) -> list[str]:
    """The limits that numbers don't keep to, as sentences.

    >>> breaches({"limits": {"dumps_en.f1": 0.95}}, {"dumps_en.f1": 0.94})
    ['dumps_en.f1 is 0.9400, pinned at 0.9500 or more']
    """
    found = []
    for name, limit in sorted(metrics["limits"].items()):
        value = numbers.get(name, math.nan)
        good = value <= limit if is_ceiling(name) else value >= limit
        if not good:
            side = "less" if is_ceiling(name) else "more"
            found.append(f"{name} is {value:.4f}, pinned at {limit:.4f} or {side}")
    return found


def raised(metrics: dict[str, Any], numbers: Numbers, reason: str | None) -> dict[str, Any]:
    """New limits from new numbers; refuses to loosen one without a reason (`ValueError`)."""
    old = metrics["limits"]
    limits, looser = {}, []
    for name, value in sorted(numbers.items()):
        if is_ceiling(name):
            new = math.ceil((value + _SLACK) * 1e4) / 1e4
            worse = name in old and new > old[name] + _SLACK
        else:
            new = math.floor((value - _SLACK) * 1e4) / 1e4
            worse = name in old and new < old[name] - _SLACK
        if worse:
            looser.append(f"{name}: {old[name]:.4f} -> {new:.4f}")
        limits[name] = new
    if looser and reason is None:
        raise ValueError("these limits would be loosened:\n  " + "\n  ".join(looser))
    history = metrics["allowed_regressions"]
    if looser:
        history = [*history, {"reason": reason, "limits": looser}]
    return {**metrics, "limits": limits, "allowed_regressions": history}
