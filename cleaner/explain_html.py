"""The explanation as one page of HTML: no script, no outside resources, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from cleaner.explain import Step, Why, facts, steps, totals
from cleaner.labels import LABELS
from cleaner.records import Cleaned, Rejected

_SHADES = {
    "green": ("#1a7f37", "#56d364"),
    "magenta": ("#8250df", "#d2a8ff"),
    "yellow": ("#9a6700", "#e3b341"),
    "red": ("#cf222e", "#ff7b72"),
    "blue": ("#0969da", "#79c0ff"),
    "cyan": ("#1b7c83", "#56d4dd"),
}

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.25rem; } h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
.filter { position: sticky; top: 0; z-index: 1; background: var(--page); padding: .6rem 0;
  border-bottom: 1px solid var(--line); }
.filter label { display: inline-block; margin-right: 1rem; white-space: nowrap; cursor: pointer; }
article { margin: 2rem 0; padding-top: 1rem; border-top: 2px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; color: var(--soft);
  font-size: .875rem; margin: .5rem 0 1rem; } dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
.step { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0 1rem; padding: .25rem 0; }
.tag { color: var(--shade); font-size: .8125rem; padding-left: .5rem;
  border-left: 4px solid var(--shade); }
.step p { margin: 0; }
.text { white-space: pre-line; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.removed .text { color: var(--soft); text-decoration: line-through;
  text-decoration-color: var(--shade); text-decoration-thickness: 1px; }
.why { color: var(--soft); font-size: .8125rem; }
.rejected { color: var(--shade); } footer { color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) { .step { grid-template-columns: 1fr; } }
"""


def page(results: Iterable[Cleaned | Rejected], why: Why) -> Iterator[str]:
    """The pieces of one self-contained page about `results`, in order.

    Everything that comes from a document is escaped, and a policy in the page's head forbids
    scripts and outside resources, should something slip through.
    """
    yield _head()
    yield '<body>\n<h1>What cleaner keeps and removes</h1>\n<div class="filter">Show:\n'
    for name, label in LABELS.items():
        yield (
            f'<label class="{name}" title="{escape(label.meaning)}"><input type="checkbox" '
            f'id="show-{name}" checked> <span style="color:var(--shade)">{name}</span></label>\n'
        )
    yield "</div>\n<main>\n"
    for result in results:
        yield from _rejected(result) if isinstance(result, Rejected) else _article(result, why)
    yield "</main>\n</body>\n</html>\n"


def _head() -> str:
    light, dark, hidden = [], [], []
    for name, label in LABELS.items():
        shades = _SHADES.get(label.colour, ("#59636e", "#9198a1"))
        light.append(f".{name} {{ --shade: {shades[0]}; }}")
        dark.append(f".{name} {{ --shade: {shades[1]}; }}")
        hidden.append(f"body:has(#show-{name}:not(:checked)) .step.{name} {{ display: none; }}")
    light.append(".rejected { --shade: #cf222e; }")
    dark.append(".rejected { --shade: #ff7b72; }")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>cleaner: what is kept and removed</title>\n<style>{_STYLE}{' '.join(light)}\n"
        f"@media (prefers-color-scheme: dark) {{ {' '.join(dark)} }}\n{' '.join(hidden)}\n"
        "</style>\n</head>\n"
    )


def _article(cleaned: Cleaned, why: Why) -> Iterator[str]:
    title = cleaned.metadata.get("title") or cleaned.document.id
    yield f"<article>\n<h2>{_escaped(str(title))}</h2>\n<dl>\n"
    named = [("file", cleaned.document.source), ("id", cleaned.document.id), *facts(cleaned)]
    for name, value in named:
        yield f"<dt>{_escaped(name)}</dt><dd>{_escaped(value)}</dd>\n"
    yield "</dl>\n"
    for step in steps(cleaned, why):
        yield _step(step)
    yield f"<footer>{'<br>'.join(map(_escaped, totals(cleaned)))}</footer>\n</article>\n"


def _step(step: Step) -> str:
    kind = "removed" if step.is_removed else "kept"
    label = step.label if step.label in LABELS else "rejected"
    score = "" if step.score is None else f" {step.score:.2f}"
    because = ": ".join(part for part in (step.by, step.why) if part)
    shown = f'<p class="why">{_escaped(because)}</p>' if because and step.is_removed else ""
    mark = "\N{MINUS SIGN} " if step.is_removed else ""
    return (
        f'<div class="step {kind} {label}" title="{_escaped(because)}">'
        f'<div class="tag" aria-label="{kind}">{mark}<b>{_escaped(step.label)}</b>{score}</div>'
        f'<div><p class="text" dir="auto">{_escaped(step.text.strip())}</p>{shown}</div></div>\n'
    )


def _rejected(rejected: Rejected) -> Iterator[str]:
    yield (
        f'<article class="rejected">\n<h2>{_escaped(rejected.raw.source)}</h2>\n'
        f"<p>Not a document: {_escaped(rejected.kind)}. {_escaped(rejected.reason)}</p>\n"
        "</article>\n"
    )


def _escaped(text: str) -> str:
    """Text for HTML, attributes included; what UTF-8 can't hold is replaced."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
