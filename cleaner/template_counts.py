"""How often each line stands on a host's pages, in SQLite: memory stays small, work can go on.

What is rare is forgotten: a line on fewer than one in 32 pages since it was first seen is
dropped when the host's next 32 pages are in, so a host costs disk for its furniture and its
last pages only. Over `max_bytes`, lines that were seen once go on all hosts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cleaner.errors import InputError
from cleaner.template_lines import ZONES, Page, digest

_SCHEMA = """
CREATE TABLE IF NOT EXISTS template_hosts (
    host TEXT PRIMARY KEY, pages INTEGER NOT NULL, repeats INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS template_pages (name INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS template_lines (
    host TEXT, line INTEGER, pages INTEGER NOT NULL, first INTEGER NOT NULL,
    head INTEGER NOT NULL, body INTEGER NOT NULL, tail INTEGER NOT NULL,
    place INTEGER NOT NULL, place_squares INTEGER NOT NULL, content REAL, exact INTEGER NOT NULL,
    varies INTEGER NOT NULL, text TEXT, example TEXT, PRIMARY KEY (host, line)
) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO template_lines VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, NULL, NULL)
ON CONFLICT DO UPDATE SET pages = pages + 1, head = head + ?4, body = body + ?5, tail = tail + ?6,
    place = place + ?7, place_squares = place_squares + ?8, content = content + ?9,
    varies = varies OR exact <> ?10, text = coalesce(text, ?11), example = coalesce(example, ?12)
"""
_MERGE = """
INSERT INTO template_lines
SELECT host, line, pages, first, head, body, tail, place, place_squares, content, exact, varies,
    text, example FROM other.template_lines WHERE true
ON CONFLICT DO UPDATE SET pages = pages + excluded.pages, head = head + excluded.head,
    body = body + excluded.body, tail = tail + excluded.tail, first = min(first, excluded.first),
    place = place + excluded.place, place_squares = place_squares + excluded.place_squares,
    content = content + excluded.content, varies = varies OR excluded.varies
        OR exact <> excluded.exact,
    text = coalesce(text, excluded.text), example = coalesce(example, excluded.example)
"""
_FORGET_EVERY = 32
_CHECK_SIZE_EVERY = 1_000
_SAME_STORY = 0.8
_MAX_BYTES = 4 << 30
# A line that came with a new design is judged by the pages since then, but by 20 at least.
_MIN_RECENT = 20


class Count(NamedTuple):
    """What is known of a line on a host.

    `zones` counts pages by where the line stood (head, body, tail), `spread` is the standard
    deviation of `place`, `varies` says that its numbers differed, `content` is the mean P(article).
    """

    host: str
    line: str
    example: str
    pages: int
    share: float
    zones: tuple[int, int, int]
    place: float
    spread: float
    varies: bool
    content: float | None


class TemplateCounts:
    """The open counts; a context manager. Give the database of a ledger, or use `open_counts`."""

    def __init__(self, database: sqlite3.Connection, max_bytes: int = _MAX_BYTES) -> None:
        self._database = database
        self._max_bytes = max_bytes
        self._added = 0
        database.executescript(_SCHEMA)

    def add(self, page: Page) -> bool:
        """Count a page; False where it was counted before, or tells a story that was.

        Adding a page twice does nothing, so a run that was killed can simply be repeated.
        A story under several addresses (print, mobile, updated) counts once: otherwise its
        sentences would look like furniture.
        """
        execute = self._database.execute
        if not execute("INSERT OR IGNORE INTO template_pages VALUES (?)", (page.name,)).rowcount:
            return False
        execute("INSERT OR IGNORE INTO template_hosts VALUES (?, 0, 0)", (page.host,))
        if self._is_known_story(page):
            execute("UPDATE template_hosts SET repeats = repeats + 1 WHERE host = ?", (page.host,))
            return False
        execute("UPDATE template_hosts SET pages = pages + 1 WHERE host = ?", (page.host,))
        [(number,)] = execute("SELECT pages FROM template_hosts WHERE host = ?", (page.host,))
        self._database.executemany(
            _ADD,
            (
                (
                    page.host, digest(seen.line), number,
                    *(int(seen.zone == zone) for zone in ZONES),
                    seen.place, seen.place**2, seen.content, seen.exact, seen.line, seen.example,
                )
                for seen in page.sightings
            ),
        )  # fmt: skip
        self._forget(page.host, number)
        return True

    def _is_known_story(self, page: Page) -> bool:
        total = sum(chars for _, chars in page.prose)
        known = sum(
            chars
            for line, chars in page.prose
            if self._database.execute(
                "SELECT 1 FROM template_lines WHERE host = ? AND line = ?",
                (page.host, digest(line)),
            ).fetchone()
        )
        return known > 0 and known >= _SAME_STORY * total

    def _forget(self, host: str, number: int) -> None:
        if number % _FORGET_EVERY == 0:
            self._database.execute(
                "DELETE FROM template_lines WHERE host = ? AND ? - first >= ? * pages",
                (host, number, _FORGET_EVERY),
            )
        self._added += 1
        if self._added % _CHECK_SIZE_EVERY == 0 and self.used_bytes() > self._max_bytes:
            self._database.execute("DELETE FROM template_lines WHERE pages = 1")

    def used_bytes(self) -> int:
        """Bytes of the database that hold something."""
        size, count, free = (
            int(self._database.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
        return size * (count - free)

    def merge(self, path: Path) -> None:
        """Add the counts of another file, made of other pages: what workers counted apart.

        Pages that both know are counted twice, so share work out by page, not by chance.
        """
        self._database.commit()
        self._database.execute("ATTACH ? AS other", (str(path),))
        try:
            with self._database:
                self._database.execute(_MERGE)
                self._database.execute(
                    "INSERT INTO template_hosts SELECT * FROM other.template_hosts WHERE true "
                    "ON CONFLICT DO UPDATE SET pages = pages + excluded.pages, "
                    "repeats = repeats + excluded.repeats"
                )
                self._database.execute(
                    "INSERT OR IGNORE INTO template_pages SELECT * FROM other.template_pages"
                )
        finally:
            self._database.execute("DETACH other")

    def pages(self) -> dict[str, int]:
        """The number of counted pages of each host."""
        return dict(self._database.execute("SELECT host, pages FROM template_hosts ORDER BY host"))

    def lines(self, min_pages: int) -> Iterator[Count]:
        """The lines that stand on `min_pages` pages of a host or more, by host and line."""
        rows = self._database.execute(
            "SELECT l.host, l.text, example, l.pages, h.pages, first, head, body, tail, place, "
            "place_squares, varies, content FROM template_lines l JOIN template_hosts h "
            "ON l.host = h.host WHERE l.pages >= ? AND l.text IS NOT NULL ORDER BY l.host, l.text",
            (min_pages,),
        )
        for (host, line, example, pages, all_pages, first, head, body, tail, place, squares, varies,
             content) in rows:  # fmt: skip
            since = max(all_pages - first + 1, min(all_pages, _MIN_RECENT), pages)
            mean = place / pages
            spread = max(squares / pages - mean**2, 0.0) ** 0.5
            score = None if content is None else content / pages
            yield Count(
                host, line, example, pages, pages / since, (head, body, tail), mean, spread,
                bool(varies), score,
            )  # fmt: skip


@contextmanager
def open_counts(path: Path | None, max_bytes: int = _MAX_BYTES) -> Iterator[TemplateCounts]:
    """Open a file of counts, new or old, or temporary ones that leave no trace (None).

    Raises:
        InputError: the file is no database, or can't be written.
    """
    # SQLite keeps what it names "" in a file of its own making and removes it at the end.
    database = sqlite3.connect(path or "")
    try:
        database.execute("PRAGMA cache_size = -65536")
        yield TemplateCounts(database, max_bytes)
        database.commit()
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"{path or 'temporary counts'}: {error}. The file is no file of template counts, is "
            "damaged, or the disk is full. Name another file, and learn anew."
        ) from error
    finally:
        database.close()
