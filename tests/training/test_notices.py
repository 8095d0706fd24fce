"""Guard rails: each speaks where it should, once, and a healthy training hears nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Task
from core.training.notices import Facts, Guess, Notice, new_notices

FACTS = Facts(Guess(loss=0.69, metric=0.5), Task.BINARY, epochs=60)


def history(losses: Any, val_losses: Any = None, *, metric: float = 0.8, rate: Any = 1e-3, steps: int = 100) -> list[dict[str, Any]]:
    """Epoch events with these losses."""
    rates = rate if isinstance(rate, list) else [rate] * len(losses)
    val = losses if val_losses is None else val_losses
    return [
        {"epoch": n, "step": n * steps, "loss": loss, "val_loss": val_loss, "metric": metric, "val_metric": metric, "learning_rate": lr}
        for n, (loss, val_loss, lr) in enumerate(zip(losses, val, rates, strict=True), start=1)
    ]


def told(epochs: list[dict[str, Any]], facts: Facts = FACTS) -> list[Notice]:
    """All notices of a training, as the worker asks for them: at each epoch's end."""
    notices: list[Notice] = []
    for end in range(1, len(epochs) + 1):
        notices += new_notices(epochs[:end], facts, {notice.code for notice in notices})
    return notices


def codes(epochs: list[dict[str, Any]], facts: Facts = FACTS) -> list[str]:
    return [notice.code for notice in told(epochs, facts)]


def falling(epochs: int, floor: float = 0.3, start: float = 0.69, pace: float = 0.1) -> np.ndarray:
    return floor + (start - floor) * np.exp(-pace * np.arange(epochs))


# ---- no learning


def test_no_learning_compares_with_always_guessing() -> None:
    (notice,) = told(history([0.695] * 8, metric=0.5, rate=3e-3))
    assert (notice.code, notice.epoch) == ("no_learning", 3)
    assert "(50.0% right)" in notice.message
    assert "Perhaps these inputs say nothing" in notice.message


@pytest.mark.parametrize(
    ("losses", "rate", "words"),
    [([0.695] * 6, 0.5, "0.5 is too large to settle. Set it to 0.05."), ([0.72, 0.715, 0.71, 0.705], 1e-6, "0.000001 is too small. Set it to 0.00001.")],
)
def test_no_learning_suspects_the_learning_rate(losses: list[float], rate: float, words: str) -> None:
    (notice,) = told(history(losses, metric=0.5, rate=rate))
    assert words in notice.message


def test_a_metric_above_the_guess_is_learning_and_so_is_a_loss_below() -> None:
    assert codes(history([0.7] * 8, metric=0.6)) == []
    assert codes(history([0.65] * 8, metric=0.5)) == []


def test_few_steps_are_too_early_to_say() -> None:
    assert codes(history([0.7] * 20, metric=0.5, steps=8)) == []  # no plateau either: nothing was learned
    assert codes(history([0.7] * 38, metric=0.5, steps=8)) == ["no_learning"]  # 300 steps are over
    assert codes(history([0.7] * 6, metric=0.5, steps=8), Facts(FACTS.guess, Task.BINARY, epochs=10)) == ["no_learning"]  # half of the epochs are


def test_no_learning_of_a_number() -> None:
    facts = Facts(Guess(loss=1.0, metric=12.5), Task.REGRESSION, epochs=60)
    (notice,) = told(history([1.01] * 5, metric=12.5), facts)
    assert "off by 12.5 on average" in notice.message
    assert codes(history([1.01] * 5, metric=11.0), facts) == []


# ---- overfitting


def test_overfitting_names_the_epoch_that_is_kept() -> None:
    val = np.concatenate([falling(8, 0.4, pace=0.3), 0.44 + 0.02 * np.arange(1, 9)])
    (notice,) = told(history(falling(16, 0.02), val))
    assert (notice.code, notice.epoch) == ("overfitting", 14)
    assert "Since epoch 8 " in notice.message
    assert "The weights of epoch 8 are kept" in notice.message


@pytest.mark.parametrize(("drift", "low", "high"), [(0.0, 0.0, 0.04), (0.005, 0.95, 1.0)])
def test_noise_is_told_from_a_rise(drift: float, low: float, high: float) -> None:
    random = np.random.default_rng(0)
    found = 0
    for _ in range(50):
        val = falling(40, 0.4, pace=0.3) + drift * np.maximum(0, np.arange(40) - 10) + random.normal(0, 0.01, 40)
        found += "overfitting" in codes(history(falling(40, 0.05, pace=0.08), val))
    assert low <= found / 50 <= high


def test_both_losses_rising_is_not_overfitting() -> None:
    rising = [0.4 + 0.02 * n for n in range(12)]
    assert "overfitting" not in codes(history(rising, rising))


# ---- jumping, plateau


def test_a_loss_that_jumps_blames_the_learning_rate() -> None:
    (notice,) = told(history([0.5, 0.8, 0.4, 0.9, 0.5, 1.0, 0.6], rate=0.1))
    assert (notice.code, notice.epoch) == ("unstable", 6)
    assert "Set it to 0.01" in notice.message


def test_a_loss_far_above_the_guess_blames_the_learning_rate_even_where_the_metric_is_fair() -> None:
    (notice,) = told(history([4.7, 4.5, 4.6, 4.4], metric=0.7, rate=1.0))
    assert (notice.code, notice.epoch) == ("unstable", 3)
    assert "(4.5 against 0.69)" in notice.message
    assert codes(history([4.7, 2.0, 1.0, 0.6], metric=0.7)) == []


def test_a_small_loss_of_small_batches_may_waver() -> None:
    """Epochs 1,031 to 1,036 of a real run on the Titanic's passengers, batches of 8, which had fallen for a thousand epochs."""
    assert "unstable" not in codes(history([0.1821, 0.1678, 0.1852, 0.1679, 0.1972, 0.1674, 0.2098], metric=0.93))


def test_jumps_of_a_loss_near_zero_do_not_count() -> None:
    assert "unstable" not in codes(history([0.001, 0.003, 0.001, 0.004, 0.001, 0.003, 0.001], metric=1.0))


def test_a_smaller_rate_begins_a_new_judgement() -> None:
    jumping = [0.5, 0.8, 0.4, 0.9, 0.5]
    assert "unstable" not in codes(history([*jumping, 0.5, 0.45], rate=[0.1] * 5 + [0.01] * 2))


def test_a_plateau_is_named_where_nothing_else_would_end_it() -> None:
    (notice,) = told(history(np.concatenate([falling(15, pace=1.0), np.full(15, 0.3)])))
    assert notice.code == "plateau"
    assert "last 10 epochs" in notice.message
    early = Facts(FACTS.guess, Task.BINARY, epochs=60, patience=10)
    assert codes(history(np.full(30, 0.3)), early) == []  # patience ends it by itself
    assert codes(history(np.full(30, 0.3)), Facts(FACTS.guess, Task.BINARY, epochs=30)) == ["plateau"]
    assert codes(history(np.full(18, 0.3)), Facts(FACTS.guess, Task.BINARY, epochs=18)) == []  # nearly done anyway


def test_a_long_history_costs_no_more_than_a_short_one() -> None:
    class Counted(list[dict[str, Any]]):
        longest = 0

        def __getitem__(self, place: Any) -> Any:
            found = super().__getitem__(place)
            Counted.longest = max(Counted.longest, len(found) if isinstance(place, slice) else 1)
            return found

        def __iter__(self) -> Any:
            raise AssertionError("walked over the whole history")

    assert new_notices(Counted(history(falling(5000))), FACTS) == []
    assert Counted.longest == 300


# ---- invariants

LOSSES = st.lists(st.one_of(st.none(), st.floats(0, 10, allow_nan=False)), min_size=1, max_size=20)


@given(LOSSES, st.data())
def test_each_is_said_at_most_once_whatever_the_history(losses: list[float | None], data: st.DataObject) -> None:
    val = data.draw(st.lists(st.one_of(st.none(), st.floats(0, 10)), min_size=len(losses), max_size=len(losses)))
    said = codes(history(losses, val))
    assert len(said) == len(set(said))


@given(st.integers(0, 1000), st.floats(0.05, 0.4), st.floats(0.05, 0.5), st.floats(0, 0.01))
def test_a_healthy_training_hears_no_alarm(seed: int, floor: float, pace: float, noise: float) -> None:
    random = np.random.default_rng(seed)
    train = falling(25, floor, pace=pace) * (1 + random.normal(0, noise, 25))
    val = falling(25, floor + 0.05, pace=pace) * (1 + random.normal(0, 2 * noise, 25))
    assert set(codes(history(train, val))) <= {"plateau"}


@given(LOSSES, st.floats(0.01, 100))
def test_the_scale_of_the_loss_does_not_matter(losses: list[float | None], scale: float) -> None:
    scaled = [None if loss is None else loss * scale for loss in losses]
    facts = Facts(Guess(FACTS.guess.loss * scale, 0.5), Task.BINARY, epochs=60)
    noisy = any(loss is not None and 0 < loss < 1e-6 for loss in losses)
    assert noisy or codes(history(losses)) == codes(history(scaled), facts)


# ---- the guess, against a hand calculation


def test_the_guess_of_classes() -> None:
    guess = Guess.of(Task.MULTICLASS, np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2, 2]))
    assert guess.loss == pytest.approx(0.5 * math.log(2) + 2 * 0.25 * math.log(4))
    assert guess.metric == 0.2
    weights = np.array([0.5, 0.5, 1.0, 1.0])  # each class has the same say
    assert Guess.of(Task.MULTICLASS, np.array([0, 0, 1, 2]), np.array([]), weights=weights) == Guess(pytest.approx(math.log(3)), 0.5)


def test_the_guess_of_numbers() -> None:
    guess = Guess.of(Task.REGRESSION, np.array([-1.0, 0.0, 4.0]), np.array([1.0, -2.0]), metric_scale=10.0)
    assert guess == Guess(pytest.approx(14 / 3), 15.0)


# ---- once the run has ended


@pytest.mark.parametrize(
    ("epochs", "code"),
    [
        (history([0.695] * 8, metric=0.5, rate=3e-3), "no_learning"),
        (history(falling(20, 0.1), [*falling(10, 0.3), *np.linspace(0.46, 0.9, 10)]), "overfitting"),
        (history([0.5, 0.2] * 8, rate=0.1), "unstable"),
        (history([9.0] * 8, rate=0.1), "unstable"),
        (history([0.5] + [0.3] * 14), "plateau"),
    ],
)
def test_after_the_end_nobody_is_told_to_press_stop(epochs: list[dict[str, Any]], code: str) -> None:
    (notice,) = (notice for notice in told(epochs) if notice.code == code)
    assert notice.after and notice.after != notice.message
    assert "Stop" not in notice.after and " is kept" not in notice.after and " are kept" not in notice.after
