"""Learning curve: how a score grows with the rows that a network learns from, and what twice as many might bring.

The shortfall (an error, or 1 less a score that is at best 1) of a network that learns from n rows is taken to follow a
power law, a + b·n^-c with b and c not below 0: what Cortes et al. found ("Learning curves: asymptotic values and rate of
convergence", NIPS 1993), Hestness et al. confirmed for deep networks (arXiv 1712.00409), and Viering and Loog recommend
with care ("The shape of learning curves: a review", IEEE TPAMI 2023). Three numbers from a handful of noisy points are
never certain, so the law is not fitted once: every exponent is weighed by how well it explains the points (weighted least
squares for a and b under each), and what is said about more rows is what the plausible laws agree upon. Where they do
not agree, nothing is said. As the law is used up to twice the rows and no further, a may come out below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.evaluation.intervals import LEVEL, Interval
from core.evaluation.names import higher_is_better, is_share
from core.language import _

__all__ = ["AHEAD", "CurvePoint", "LearningCurve", "learning_curve"]

AHEAD = 2.0  # times the present rows: further on, three numbers know nothing
LEAST_POINTS = 4  # one more than the law has numbers
LEAST_SPAN = 4.0  # largest over smallest number of rows
FARTHEST = 10.0  # times the present rows: beyond it, a number of rows is only "more than"
EXPONENTS = np.geomspace(0.05, 3.0, 40)
DRAWS = 2_000
FINER = 4  # times the exponents are spaced closer around those that explain the points
NEAR = 40.0  # misfit by which an exponent explains them too badly to count
GRID = 25  # numbers of rows at which the curve is told
PRIOR_FREEDOM = 4.0  # how much the common spread weighs in the spread of each share
MISFIT = 0.99  # of the misfits that chance alone would bring
SEED = 20

Finding = Literal["helps", "little", "cannot_tell"]


@dataclass(frozen=True)
class CurvePoint:
    """What runs reached that learned from so many rows.

    Attributes:
        rows: that they learned from.
        values: the metric of each of them, on the same judged rows.
        error: standard error of one value for the choice of the judged rows; used only where no share was trained twice.
    """

    rows: int
    values: tuple[float, ...]
    error: float | None = None

    @property
    def mean(self) -> float:
        """The mean over the runs."""
        return float(np.mean(self.values))


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """A learning curve with what lies ahead.

    Attributes:
        metric: name of the metric.
        points: by rows, ascending.
        finding: helps, little (less than the margin) or cannot_tell.
        sentence: the same for people.
        reason: why nothing can be said about more rows; else empty.
        margin: the least gain that counts, in the unit of the metric.
        gain: what twice the rows would bring, better being positive; undefined where nothing can be said.
        rows_needed: rows in all for one margin more; a missing end lies beyond ten times the present rows.
        rows, middle, low, high: (grid,) the curve and its 95 % band; empty where nothing can be said.
    """

    metric: str
    points: tuple[CurvePoint, ...]
    finding: Finding
    sentence: str
    reason: str
    margin: float
    gain: Interval
    rows_needed: Interval
    rows: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        band = [dict(zip(("rows", "value", "low", "high"), map(float, one), strict=True)) for one in zip(self.rows, self.middle, self.low, self.high, strict=True)]
        return {
            "metric": self.metric, "points": [{"rows": point.rows, "values": list(point.values), "value": point.mean} for point in self.points],
            "finding": self.finding, "sentence": self.sentence, "margin": self.margin, "times_rows": AHEAD, "gain": self.gain.to_json(),
            "rows_needed": self.rows_needed.to_json(), "curve": band,
        }  # fmt: skip


def learning_curve(metric: str, points: Sequence[CurvePoint], margin: float = 0.01) -> LearningCurve:
    """Draw the curve through the points and say whether more rows would help.

    Args:
        metric: a name of `core.evaluation.metrics.METRICS`; one where more is better must be at best 1, one where less
            is better at best 0.
        points: of at least two different numbers of rows, each with one value or more.
        margin: the least gain that counts, above 0, in the unit of the metric; 0.01 is one percentage point.

    Returns:
        The curve; without a band, and with the reason, where the points cannot tell.

    Example:
        >>> points = [CurvePoint(n, (1 - 0.1 - 2 / n**0.5, 1 - 0.1 - 2.01 / n**0.5)) for n in (100, 250, 500, 1000)]
        >>> curve = learning_curve("accuracy", points)
        >>> curve.finding, round(curve.gain.value, 2)  # 2/√1000 - 2/√2000 is 0.0185
        ('helps', 0.02)
    """
    ordered = tuple(sorted((point for point in points if point.values), key=lambda point: point.rows))
    if reason := _too_few(ordered):
        return _untold(metric, ordered, margin, reason)
    up = higher_is_better(metric)
    rows = np.array([point.rows for point in ordered], float)
    shortfall = np.array([1 - point.mean if up else point.mean for point in ordered])
    spread, freedom = _noise(ordered)
    if spread is None:
        return _untold(metric, ordered, margin, _("All runs reached the same, so it cannot be told how far luck reaches. Train more seeds for each share."))
    laws = _plausible(rows, shortfall, spread, freedom)
    if isinstance(laws, str):
        return _untold(metric, ordered, margin, laws)
    return _told(metric, ordered, margin, laws, up)


@dataclass(frozen=True, eq=False)
class _Laws:
    """Plausible power laws, (draws,) each: a + b·n^-c."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Shortfalls, (draws, rows)."""
        return np.asarray(np.maximum(self.a[:, None] + self.b[:, None] * rows[None, :] ** -self.c[:, None], 0.0))


def _too_few(points: Sequence[CurvePoint]) -> str:
    if len({point.rows for point in points}) < LEAST_POINTS:
        return _("A look ahead needs at least {least} different numbers of rows, and there are {given}. Train with more shares.").format(least=LEAST_POINTS, given=len({point.rows for point in points}))
    if points[-1].rows < LEAST_SPAN * points[0].rows:
        return _("The largest number of rows must be at least {least} times the smallest for a look ahead. Add a smaller share.").format(least=int(LEAST_SPAN))
    return ""


def _noise(points: Sequence[CurvePoint]) -> tuple[np.ndarray | None, float]:
    """Standard error of each point and its degrees of freedom; from runs of the same share, else from the judged rows.

    Each share has a spread of its own, but few runs to show it, so it is drawn towards the common one.
    """
    counts = np.array([len(point.values) for point in points], float)
    squares = np.array([float(np.var(point.values)) * len(point.values) for point in points])
    freedom = float((counts - 1).sum())
    if freedom >= 1:
        common = squares.sum() / freedom
        own = (PRIOR_FREEDOM * common + squares) / (PRIOR_FREEDOM + counts - 1)
        return (np.sqrt(own / counts), freedom) if common > 0 else (None, freedom)
    errors = [point.error for point in points]
    if any(error is None or error <= 0 for error in errors):
        return None, 0.0
    return np.array(errors, float), 200.0  # from hundreds of rows: as good as known


def _plausible(rows: np.ndarray, shortfall: np.ndarray, spread: np.ndarray, freedom: float) -> _Laws | str:
    """Draw laws by how well they explain the points; or the reason why none can be drawn.

    For each exponent the law is a straight line in h, which runs from 0 at the fewest rows to 1 at the most, so that the
    two numbers of the line are the shortfalls there; any value of these is as likely before the points are seen.
    """
    random = np.random.default_rng(SEED)
    scale = freedom / random.chisquare(freedom, DRAWS)  # the spread itself is only known from few runs
    exponents = EXPONENTS
    for _turn in range(FINER):
        inner, best, misfit = _lines(rows, shortfall, spread, exponents)
        near = np.flatnonzero(misfit <= misfit.min() + NEAR * float(np.quantile(scale, MISFIT)))
        exponents, coarse = np.geomspace(exponents[max(near[0] - 1, 0)], exponents[min(near[-1] + 1, len(exponents) - 1)], len(exponents)), exponents
    exponents = coarse
    if misfit.min() > np.quantile(random.chisquare(len(rows) - 3, DRAWS) * scale, MISFIT):
        return _("The points do not lie on one smooth curve, so nothing can be said about more rows. Train more seeds for each share.")
    weight = -0.5 * misfit[None, :] / scale[:, None] - 0.5 * np.linalg.slogdet(inner)[1][None, :]
    chosen = np.argmax(weight + random.gumbel(size=weight.shape), axis=1)
    root = np.linalg.cholesky(np.linalg.inv(inner))
    ends = best[chosen] + np.sqrt(scale)[:, None] * np.einsum("dij,dj->di", root[chosen], random.normal(size=(DRAWS, 2)))
    return _kept(ends, exponents[chosen], rows)


def _lines(rows: np.ndarray, shortfall: np.ndarray, spread: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted least squares under each exponent: (k, 2, 2) normal matrix, (k, 2) shortfalls at both ends, (k,) sum of squared misfits."""
    power = rows[None, :] ** -exponents[:, None]
    h = (power - power[:, :1]) / (power[:, -1:] - power[:, :1])
    design = np.stack([1 - h, h], axis=2) / spread[None, :, None]
    inner = np.einsum("kmi,kmj->kij", design, design)
    best = np.linalg.solve(inner, np.einsum("kmi,m->ki", design, shortfall / spread)[..., None])[..., 0]
    return inner, best, ((np.einsum("kmi,ki->km", design, best) - shortfall / spread) ** 2).sum(1)


def _kept(ends: np.ndarray, exponents: np.ndarray, rows: np.ndarray) -> _Laws | str:
    """The laws that are possible: more rows never do harm.

    A draw on the wrong side is made flat and not thrown away: no gain is usual, and must not seem impossible.
    """
    drop = ends[:, 0] - ends[:, 1]
    if (drop < 0).mean() > (1 + LEVEL) / 2:
        return _("With more rows the network got worse, which no learning curve explains. Look at the runs: perhaps they need more epochs or another learning rate.")
    b = np.maximum(drop, 0) / (rows[0] ** -exponents - rows[-1] ** -exponents)
    a = ends[:, 1] - b * rows[-1] ** -exponents
    return _Laws(a, b, exponents)


def _told(metric: str, points: tuple[CurvePoint, ...], margin: float, laws: _Laws, up: bool) -> LearningCurve:
    now = float(points[-1].rows)
    grid = np.geomspace(points[0].rows, AHEAD * now, GRID)
    tails = [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]
    low, middle, high = np.quantile(laws.at(grid), tails, axis=0)
    gains = -np.diff(laws.at(np.array([now, AHEAD * now])), axis=1)[:, 0]
    least, usual, most = (float(value) for value in np.quantile(gains, tails))
    gain = Interval(usual, least, most)
    sure = (gains >= margin).mean()
    finding: Finding = "helps" if sure >= LEVEL else "little" if sure <= 1 - LEVEL else "cannot_tell"
    band = (1 - middle, 1 - high, 1 - low) if up else (middle, low, high)
    return LearningCurve(metric, points, finding, _sentence(metric, finding, gain, margin, int(AHEAD * now)), "", margin, gain, _rows_needed(laws, margin, now), grid, *band)


def _rows_needed(laws: _Laws, margin: float, now: float) -> Interval:
    """Rows in all after which the curve is one margin better: a + b·n^-c = a + b·now^-c - margin, solved for n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        left = now**-laws.c - margin / laws.b
        needed = np.exp(np.minimum(-np.log(np.where((laws.b > 0) & (left > 0), left, 0.0)) / laws.c, 700.0))
    low, middle, high = np.sort(needed)[[int(share * (len(needed) - 1)) for share in ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)]]
    first, middle, last = (float(np.ceil(rows)) if rows <= FARTHEST * now else None for rows in (low, middle, high))
    return Interval(middle, first, last, "" if middle is not None else _("More than {times} times the present rows, if at all.").format(times=int(FARTHEST)))


def _sentence(metric: str, finding: Finding, gain: Interval, margin: float, rows: int) -> str:
    low, high = (_amount(metric, value or 0.0) for value in (gain.low, gain.high))
    values = {"rows": f"{rows:,}", "low": low, "high": high, "margin": _amount(metric, margin)}
    if finding == "helps":
        return _("More data would help: with twice the rows ({rows}) expect {low} to {high} more.").format(**values)
    if finding == "little":
        return _("More data of this kind would help little: twice the rows ({rows}) bring less than {margin}, at most about {high}.").format(**values)
    return _("It cannot be told yet whether more data would help: twice the rows ({rows}) may bring anything from {low} to {high}.").format(**values)


def _amount(metric: str, gain: float) -> str:
    """A gain in words: points of a share, else a number of three digits.

    Example:
        >>> _amount("accuracy", 0.0123), _amount("rmse", 12.345)
        ('1.2 percentage points', '12.3')
    """
    return _("{points} percentage points").format(points=f"{100 * gain:.1f}") if is_share(metric) else f"{gain:,.3g}"


def _untold(metric: str, points: tuple[CurvePoint, ...], margin: float, reason: str) -> LearningCurve:
    none = Interval.undefined(reason)
    empty = np.zeros(0)
    return LearningCurve(metric, points, "cannot_tell", reason, reason, margin, none, none, empty, empty, empty, empty)
