"""Which series are shown, under which names and in which colours: the same on the page and in what is taken along."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.charts.spread import Strip
from core.errors import LimelightError
from core.identity import Identity, identity, identity_of_number
from core.language import _
from core.runs.repeats import label_of, network_of
from core.runs.run import Run
from core.runs.series import all_series
from core.series_results import SeriesResult, result_of
from core.workspace import Workspace

__all__ = ["MOST_SERIES", "identity_of", "newest", "results_on", "series_names", "strips_of"]

LOG = logging.getLogger(__name__)
MOST_SERIES = 40  # the newest; the files of older ones are not opened
MOST_NETWORKS = 8  # of one chart


def results_on(workspace: Workspace, dataset: str) -> list[SeriesResult]:
    """How the series on a dataset stand, the newest first; one that cannot be read hides only itself.

    Args:
        workspace: whose series.
        dataset: id.
    """
    found = []
    for one in all_series(workspace, dataset)[:MOST_SERIES]:
        try:
            found.append(result_of(one, workspace))
        except LimelightError as error:
            LOG.info("series %s is left out: %s", one.id, error)
    return found


def newest(results: Sequence[SeriesResult], kind: str) -> list[SeriesResult]:
    """Of each network its newest series of this kind that has two judged runs, the newest first; eight at most.

    Args:
        results: the newest first.
        kind: seeds, folds or shares.
    """
    chosen: dict[str, SeriesResult] = {}
    for result in results:
        if result.series.kind == kind and len(result.scored) > 1:
            chosen.setdefault(network_of(result.scored[0].spec), result)
    return list(chosen.values())[:MOST_NETWORKS]


def series_names(results: Sequence[SeriesResult]) -> list[str]:
    """Different names, though two networks may be called the same; text of strangers."""
    names = [result.series.name or _("Network") for result in results]
    return [name if names.count(name) == 1 else f"{name} · {result.series.id[-4:]}" for name, result in zip(names, results, strict=True)]


def identity_of(result: SeriesResult, others: Sequence[Run], place: int) -> Identity:
    """How a network is drawn: like its run in the comparison, else by its place."""
    if result.scored:
        network = network_of(result.scored[0].spec)
        for run in others:
            if network_of(run.spec) == network:
                return identity(run)
    return identity_of_number(place)


def strips_of(results: Sequence[SeriesResult], others: Sequence[Run]) -> list[Strip]:
    """What the chart of the spread draws: a row a network, a dot a judged run.

    Args:
        results: of one kind, each with a judged run.
        others: runs of the comparison, whose colours are kept.
    """
    return [
        Strip(name, identity_of(result, others, place), tuple(label_of(one.spec) for one in result.scored), result.values, result.mean)
        for place, (result, name) in enumerate(zip(results, series_names(results), strict=True))
    ]
