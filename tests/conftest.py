"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeCleaner

DIGESTS = {"rules": "r1", "models": "m1"}


@pytest.fixture(autouse=True)
def _attended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are what a person sees; tests of logs ask for the other form."""
    for name in ("console", "summary", "progress"):
        monkeypatch.setattr(f"cleaner.commands.{name}.is_attended", lambda: True)
    monkeypatch.setattr("cleaner.cli.is_attended", lambda: True)


@pytest.fixture
def fake_cleaner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Commands clean with a `FakeCleaner`, in this process, in an empty folder."""
    monkeypatch.setattr("cleaner.commands.engine.make_cleaner", FakeCleaner)
    monkeypatch.setattr("cleaner.commands.engine.digests", lambda config: dict(DIGESTS))
    monkeypatch.setattr("cleaner.commands.engine.usable_cores", lambda: 0)
    monkeypatch.chdir(tmp_path)
    return tmp_path
