"""Where the shipped models are; apart, since a run that has nothing to do asks only for this."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def model_folder() -> Path:
    """Where the shipped models are: in the installed package, else beside the checkout."""
    try:
        folder = Path(str(resources.files("cleaner.models")))
    except ModuleNotFoundError:
        folder = Path(__file__).resolve().parents[1] / "models"
    return folder
