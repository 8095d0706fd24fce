"""Charts: a comparison → Plotly figures that say what they found.

Every chart comes as figure, title and alt text. The title is a sentence with the finding; it is not drawn
into the figure, because a page wraps a heading better than Plotly does and a screen reader reads it. The
alt text says the same in words with the numbers. Models keep their colour, dash and marker everywhere
(`core.identity`); baselines are grey. Grounds are transparent; `dark` only chooses the colour of text.
"""

from __future__ import annotations

from core.charts.classes import confusion, per_class
from core.charts.curves import precision_recall, roc
from core.charts.forest import forest
from core.charts.style import Chart, number
from core.charts.values import predicted_actual, residuals
from core.dataset.schema import Task
from core.evaluation.compare import Comparison

__all__ = ["Chart", "charts", "confusion", "forest", "number", "per_class", "precision_recall", "predicted_actual", "residuals", "roc"]


def charts(comparison: Comparison, *, dark: bool = False) -> list[Chart]:
    """All charts of a comparison in reading order.

    Args:
        comparison: of one or more models.
        dark: for a dark ground.
    """
    first = [forest(comparison, dark=dark)]
    if not comparison.task.is_classification:
        return first + [make(one, dark=dark) for one in comparison.runs for make in (predicted_actual, residuals)]
    curves = [roc(comparison, dark=dark), precision_recall(comparison, dark=dark)]
    each = [per_class(comparison, dark=dark)] if comparison.task is Task.MULTICLASS else []
    return first + curves + each + [confusion(one, dark=dark) for one in comparison.runs]
