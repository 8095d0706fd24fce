"""Why a model answers as it does: computed in a process of its own, kept beside the model, drawn by page, report and command.

    RUN_FOLDER/why/why.json         what matters to the model (core.why.result.Why)
                   row-<n>.json     why it answers so for one row (core.why.result.RowWhy)
                   picture-<n>.png  where it looks in a picture
                   job.json, process.json, lock, progress.json, error.json, log.txt   the work itself (core.why.job)

Of a simple model the same lies in DATASET_FOLDER/baselines/why-<name>/ (core.why.model). Everything is computed on
validation rows, of a run of a fold on its fold: the test rows stay sealed.
"""

from __future__ import annotations

from core.why.job import Standing, cancel, load, load_row, picture_path, standing, start
from core.why.result import Contribution, Dependence, Importance, Look, RowWhy, Why, Word

__all__ = [
    "Contribution", "Dependence", "Importance", "Look", "RowWhy", "Standing", "Why", "Word",
    "cancel", "load", "load_row", "picture_path", "standing", "start",
]  # fmt: skip
