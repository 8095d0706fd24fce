"""The way into a series: choose a network and what shall be repeated, and all of its runs are queued at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.language import N_, _, plural
from core.runs.repeats import base_name, fold_specs, seed_specs, share_specs
from core.runs.run import Run
from core.runs.series import Kind
from core.runs.spec import RunSpec
from core.training.groups import start_series
from ui.comparison import Compared
from ui.guard import guarded
from ui.models import labelled
from ui.process import launcher
from ui.state import current_workspace
from ui.words import duration, plain

__all__ = ["series_start"]

WAYS: dict[Kind, str] = {"seeds": N_("Several seeds"), "folds": N_("Cross-validation"), "shares": N_("Learning curve")}
WHAT: dict[Kind, str] = {
    "seeds": N_("**Seed**: the number that every random choice starts from. The same network from several seeds shows how much of a result is luck."),
    "folds": N_(
        "**Cross-validation**: the rows are dealt into parts, called folds. Each run learns from the others and is judged on its own fold. The sealed test rows stay sealed."
    ),
    "shares": N_(
        "**Learning curve**: the same network learns from fewer rows, and the curve says whether more rows would help. It is judged on the validation rows, so the test rows stay sealed."
    ),
}
SEEDS, FOLDS, REPEATS, EACH = (3, 5, 10), (5, 10), (1, 2, 3), (1, 3, 5)
SHARES = {"few": (0.1, 0.25, 0.5, 1.0), "many": (0.05, 0.1, 0.2, 0.35, 0.6, 1.0)}


@dataclass(frozen=True)
class _Choice:
    """What the visitor wants: which kind, and its numbers."""

    kind: Kind
    specs: list[RunSpec]


def series_start(found: Compared) -> None:
    """Draw the way into a series.

    Args:
        found: the comparison; a series repeats one of its networks.
    """
    runs = [run for run in found.runs if run.spec.answers_for_test]
    if not runs:
        return
    with st.container(border=True, gap="small", key="series_start"):
        run = _network(runs)
        kind: Kind = st.segmented_control(_("What to repeat"), list(WAYS), default="seeds", format_func=lambda way: _(WAYS[way]), required=True, key="series_way") or "seeds"
        st.caption(_(WHAT[kind]))
        with guarded():
            with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                specs = _specs(kind, run.spec)
            _start(_Choice(kind, specs), run)


def _network(runs: Sequence[Run]) -> Run:
    by_label = labelled(runs)
    if len(runs) == 1:
        st.markdown(f"**{plain(next(iter(by_label)))}**")
        return runs[0]
    chosen = st.selectbox(_("Network"), list(by_label), key="series_network")
    return by_label.get(chosen, runs[0])


def _specs(kind: Kind, spec: RunSpec) -> list[RunSpec]:
    if kind == "seeds":
        return seed_specs(spec, st.segmented_control(_("Seeds"), SEEDS, default=5, required=True, key="series_seeds") or 5)
    if kind == "folds":
        folds = st.segmented_control(_("Folds"), FOLDS, default=5, required=True, key="series_folds") or 5
        repeats = st.segmented_control(_("Times dealt anew"), REPEATS, default=1, required=True, key="series_repeats") or 1
        return fold_specs(spec, folds, repeats)
    words = {name: ", ".join(f"{100 * share:g} %" for share in shares) for name, shares in SHARES.items()}
    shares = st.segmented_control(_("Shares of the rows"), list(SHARES), default="few", format_func=lambda name: words[name], required=True, key="series_shares") or "few"
    each = st.segmented_control(_("Seeds for each share"), EACH, default=3, required=True, key="series_each") or 3
    return share_specs(spec, SHARES[shares], each)


def _start(choice: _Choice, run: Run) -> None:
    took = run.status.seconds * sum(spec.train_share for spec in choice.specs)
    st.caption(
        _("{runs} in all, about {time} of learning; those that were trained before are not trained again. They wait in the queue like other runs.").format(
            runs=plural("{n} run", "{n} runs", len(choice.specs)), time=duration(took)
        )
    )
    if st.button(_("Train the series"), icon=":material/play_arrow:", key="series_go"):
        workspace = current_workspace()
        _check_room(choice.specs[-1])
        _series, new = start_series(launcher(), workspace, choice.kind, choice.specs, base_name(run.spec))
        if not new:
            st.toast(_("All of these runs are trained or in the queue already, so none is started."), icon=":material/info:")
        st.rerun()


def _check_room(spec: RunSpec) -> None:
    from core.training.children import held_bytes
    from core.training.room import room_of

    room_of(current_workspace().dataset(spec.dataset), spec, held_bytes=held_bytes()).check()
