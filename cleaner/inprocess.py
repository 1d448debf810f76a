"""The work of `cleaner.pool` in this process: for debuggers, and where none can be started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleaner.intake import Batch
from cleaner.worker import Part, Recipe


@dataclass(slots=True)
class InProcess:
    """Cleans in this process; the deadline can't interrupt C code here."""

    recipe: Recipe

    def results(
        self, batches: Iterator[Batch], is_stopping: Callable[[], bool] = bool
    ) -> Iterator[tuple[Batch, Part]]:
        """Each batch with its rows and counts, in order."""
        cleaner = self.recipe.make(self.recipe.config)
        for batch in batches:
            yield batch, self.recipe.collected(cleaner, batch.records)

    def close(self) -> None:
        """Nothing is left to end."""
