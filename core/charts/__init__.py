"""Charts: a comparison → Plotly figures that say what they found.

Every chart comes as figure, title and alt text. The title is a sentence with the finding; it is not drawn
into the figure, because a page wraps a heading better than Plotly does and a screen reader reads it. The
alt text says the same in words with the numbers. Models keep their colour, dash and marker everywhere
(`core.identity`); baselines are grey. Grounds are transparent; `dark` only chooses the colour of text.
"""

from __future__ import annotations

from core.charts.calibration import calibration
from core.charts.classes import per_class
from core.charts.curves import averaged, det, precision_recall, roc, usual_class
from core.charts.forest import forest
from core.charts.histogram import histogram
from core.charts.lift import gain, lift
from core.charts.mix_ups import confusion, confusion_difference
from core.charts.style import Chart, number
from core.charts.values import error_by_size, predicted_actual, residuals
from core.dataset.schema import Task
from core.evaluation.compare import Comparison

__all__ = [
    "Chart", "averaged", "calibration", "charts", "confusion", "confusion_difference", "det", "error_by_size", "forest", "gain", "histogram", "lift",
    "number", "per_class", "precision_recall", "predicted_actual", "residuals", "roc", "usual_class",
]  # fmt: skip

MOST_LABELS = 6  # each has two charts of its own


def charts(comparison: Comparison, *, dark: bool = False) -> list[Chart]:
    """All charts of a comparison in reading order.

    Args:
        comparison: of one or more models.
        dark: for a dark ground.
    """
    first = [forest(comparison, dark=dark)]
    if not comparison.task.is_classification:
        return [*first, error_by_size(comparison, dark=dark)] + [make(one, dark=dark) for one in comparison.runs for make in (predicted_actual, residuals)]
    if comparison.task is Task.MANY_LABELS:
        return first + _of_labels(comparison, dark)
    curves = [make(comparison, dark=dark) for make in (roc, precision_recall, det, gain, lift, calibration)]
    humps = [histogram(comparison, one, usual_class(comparison), dark=dark) for one in comparison.runs]
    each = [averaged(comparison, dark=dark), per_class(comparison, dark=dark)] if comparison.task is Task.MULTICLASS else []
    return first + curves + humps + each + [confusion(one, dark=dark) for one in comparison.runs]


def _of_labels(comparison: Comparison, dark: bool) -> list[Chart]:
    """Averaged first, then each of the hardest labels, then what is drawn of the hardest alone."""
    hardest = usual_class(comparison)
    labels = [hardest, *(label for label in comparison.labels if label != hardest)][:MOST_LABELS]
    each = [make(comparison, label, dark=dark) for label in labels for make in (roc, precision_recall)]
    whole = [averaged(comparison, "macro", dark=dark), averaged(comparison, "micro", dark=dark), per_class(comparison, "f1", dark=dark)]
    return whole + each + [make(comparison, hardest, dark=dark) for make in (det, gain, lift, calibration)]
