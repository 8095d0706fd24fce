"""Names: every metric's stable name, its one line of explanation, its direction and how it is written.

Command line, pages and exports use the names as keys, so a name never changes its meaning. Kept apart from the
formulas because tables and charts need the words without the numbers.
"""

from __future__ import annotations

from core.dataset.schema import Task
from core.language import N_, _

__all__ = ["LOWER_IS_BETTER", "METRICS", "explanation", "headline", "higher_is_better", "is_share", "metric_word"]

METRICS: dict[str, str] = {
    "f1_micro": N_("F1 over all labels: precision and recall of all labels together in one number (harmonic mean)."),
    "precision_micro": N_("Precision over all labels: of all labels given, the share that is right."),
    "recall_micro": N_("Recall over all labels: of all labels that rows have, the share that was given."),
    "subset_accuracy": N_("Subset accuracy: share of rows whose labels are all right, none missing and none too many."),
    "hamming_loss": N_("Hamming loss: of all pairs of row and label, the share that is wrong; 0 % is best."),
    "accuracy": N_("Accuracy: share of rows that are right."),
    "balanced_accuracy": N_("Balanced accuracy: accuracy when every class counts alike."),
    "precision": N_("Precision: of the rows called so, the share that are so."),
    "recall": N_("Recall: of the rows that are so, the share that was found."),
    "specificity": N_("Specificity: of the rows that are not so, the share that was left alone."),
    "f1": N_("F1: precision and recall in one number (harmonic mean)."),
    "mcc": N_("MCC: how far calls and truth agree, from -1 to 1; 0 is a coin, also when one class is rare."),
    "precision_macro": N_("Precision, averaged over classes."),
    "recall_macro": N_("Recall, averaged over classes."),
    "specificity_macro": N_("Specificity, averaged over classes."),
    "f1_macro": N_("F1, averaged over classes."),
    "precision_weighted": N_("Precision, averaged over classes by their rows."),
    "recall_weighted": N_("Recall, averaged over classes by their rows."),
    "specificity_weighted": N_("Specificity, averaged over classes by their rows."),
    "f1_weighted": N_("F1, averaged over classes by their rows."),
    "roc_auc": N_("ROC AUC: how often a row of the class scores above one of the others; 0.5 is a coin."),
    "average_precision": N_("Average precision: precision over all thresholds, weighted by what each one finds."),
    "roc_auc_weighted": N_("ROC AUC, averaged over classes by their rows."),
    "average_precision_weighted": N_("Average precision, averaged over classes by their rows."),
    "roc_auc_micro": N_("ROC AUC over all labels: how often a label that a row has scores above one that a row does not have; 0.5 is a coin."),
    "average_precision_micro": N_("Average precision over all labels: precision over all thresholds, every pair of row and label as one case."),
    "ranking_average_precision": N_("Ranking average precision: of the labels that score at least as high as one that the row has, the share that the row has, on average."),
    "log_loss": N_("Log loss: how surprised the model is by the truth; 0 is never, lower is better."),
    "brier": N_("Brier score: mean squared distance between the probabilities and what happened; 0 is best."),
    "ece": N_("Calibration error: how far, on average, a stated probability is from what happens; 0 % is best."),
    "rmse": N_("RMSE: typical error in the target's unit; large errors weigh more."),
    "mae": N_("MAE: mean error in the target's unit."),
    "r2": N_("R²: share of the variation that is explained; 0 is as good as the mean."),
    "median_absolute_error": N_("Median error: half of the rows are off by less."),
    "mape": N_("MAPE: mean error as a share of the true value; only where no true value is 0."),
}
OF_LABELS: dict[str, str] = {  # the same where a row may carry several labels
    "precision_macro": N_("Precision, averaged over labels."),
    "recall_macro": N_("Recall, averaged over labels."),
    "specificity_macro": N_("Specificity, averaged over labels."),
    "f1_macro": N_("F1, averaged over labels."),
    "precision_weighted": N_("Precision, averaged over labels by their rows."),
    "recall_weighted": N_("Recall, averaged over labels by their rows."),
    "specificity_weighted": N_("Specificity, averaged over labels by their rows."),
    "f1_weighted": N_("F1, averaged over labels by their rows."),
    "roc_auc": N_("ROC AUC, averaged over labels: how often a row that has the label scores above one that has not; 0.5 is a coin."),
    "average_precision": N_("Average precision, averaged over labels: precision over all thresholds, weighted by what each one finds."),
    "roc_auc_weighted": N_("ROC AUC, averaged over labels by their rows."),
    "average_precision_weighted": N_("Average precision, averaged over labels by their rows."),
    "log_loss": N_("Log loss, averaged over labels: how surprised the model is by the truth; 0 is never, lower is better."),
    "brier": N_("Brier score, averaged over labels: mean squared distance between the probabilities and what happened; 0 is best."),
}
LOWER_IS_BETTER = frozenset({"hamming_loss", "log_loss", "brier", "ece", "rmse", "mae", "median_absolute_error", "mape"})
NOT_SHARES = frozenset({"mcc", "log_loss", "brier", "rmse", "mae", "median_absolute_error", "r2"})


def headline(task: Task) -> str:
    """The metric that stands first for a task: accuracy for two or more classes, F1 over all labels for many labels, RMSE for numbers.

    Example:
        >>> headline(Task.REGRESSION)
        'rmse'
    """
    return {Task.REGRESSION: "rmse", Task.MANY_LABELS: "f1_micro"}.get(task, "accuracy")


def higher_is_better(metric: str) -> bool:
    """Whether more of the metric is better."""
    return metric not in LOWER_IS_BETTER


def is_share(metric: str) -> bool:
    """Whether the metric is written as a percentage; the others are plain numbers or in the target's unit."""
    return metric not in NOT_SHARES


def metric_word(metric: str, task: Task | None = None) -> str:
    """The metric's name for people, in the visitor's language, such as `ROC AUC`; an unknown name stays as it is.

    Example:
        >>> metric_word("roc_auc"), metric_word("precision_macro")
        ('ROC AUC', 'Precision, averaged over classes')
    """
    return explanation(metric, task).replace("：", ":").split(":")[0].rstrip(".。")


def explanation(metric: str, task: Task | None = None) -> str:
    """The metric's one line of explanation, in the visitor's language; averages of many labels are over labels."""
    if task is Task.MANY_LABELS and metric in OF_LABELS:
        return _(OF_LABELS[metric])
    return _(METRICS[metric]) if metric in METRICS else metric
