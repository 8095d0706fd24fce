"""What the profile noticed, the gravest first: the sentence, what it rests on, and the repair as one button."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import streamlit as st

from core.dataset.schema import Finding, Severity
from core.language import N_, _, plural
from core.retelling import retold
from ui.evidence import evidence
from ui.words import count, plain

__all__ = ["findings_list", "repaired_list"]

SHOWN = 4  # of one severity, about a screenful; the others fold away
MOST = 100
LOOK = {
    Severity.STOP: (":red[:material/block:]", N_("Stops training"), N_("Put these right, or nothing can be learned.")),
    Severity.LOOK: (":orange[:material/visibility:]", N_("Look at this"), N_("These change what a model learns, or how well it seems to do.")),
    Severity.NOTE: (":gray[:material/info:]", N_("Good to know"), N_("Nothing has to be done.")),
}

Repairing = Callable[[Finding], None]


def findings_list(findings: Sequence[Finding], repair: Repairing | None = None) -> None:
    """Draw the findings by severity.

    Args:
        findings: any order.
        repair: called with the finding whose repair was pressed; None: no buttons, the data are stored.
    """
    if not findings:
        st.markdown(f":green[:material/check_circle:] {_('Nothing unusual was found.')}")
        return
    for severity, (icon, title, meaning) in LOOK.items():
        group = sorted((finding for finding in findings if finding.severity is severity), key=lambda finding: not finding.repair)
        if not group:
            continue
        st.markdown(f"{icon} **{_(title)}** :small[:gray[{_(meaning)}]]")
        folded = 0 if severity is Severity.NOTE and len(findings) > SHOWN else SHOWN
        for place, finding in enumerate(group[:folded]):
            _card(finding, f"{severity.name}{place}", repair)
        if rest := group[folded:MOST]:
            with st.expander(plural("{n} more finding", "{n} more findings", len(rest)) if folded else plural("{n} finding", "{n} findings", len(rest))):
                for place, finding in enumerate(rest, start=folded):
                    _card(finding, f"{severity.name}{place}", repair)
        if len(group) > MOST:
            st.caption(_("… and {n} more.").format(n=count(len(group) - MOST)))


def repaired_list(words: Sequence[str], undo: Callable[[int], None] | None = None) -> None:
    """Draw the repairs that were made, in order, each with Undo.

    Args:
        words: what each repair did.
        undo: called with the place of a repair; None: the data are stored.
    """
    if not words:
        return
    order = _("In this order. The same is done to rows that come for a prediction.")
    st.markdown(f":green[:material/build_circle:] **{_('Repaired')}** :small[:gray[{order}]]")
    for place, word in enumerate(words):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"repaired_{place}"):
            st.markdown(f"{place + 1}. {plain(retold(word), 160)}", width="stretch")
            if undo is not None:
                st.button(_("Undo"), icon=":material/undo:", key=f"undo_{place}", on_click=undo, args=(place,), type="tertiary")


def _card(finding: Finding, place: str, repair: Repairing | None) -> None:
    quiet = finding.severity is Severity.NOTE and not finding.repair
    with st.container(border=not quiet, gap="xsmall", key=f"finding_{place}"):
        st.markdown(plain(retold(finding.message), 600))
        if ground := evidence(finding):
            st.markdown(f":small[:gray[{ground}]]")
        if repair is not None and finding.repair:
            st.button(
                plain(retold(finding.repair), 80), icon=":material/build:", key=f"repair_{_key(finding)}", on_click=repair, args=(finding,),
                help=_("You can undo this."),
            )  # fmt: skip


def _key(finding: Finding) -> str:
    """The same for the same finding, whatever stands before it."""
    return f"{finding.code}_" + hashlib.sha256((finding.column or "").encode(errors="replace")).hexdigest()[:10]
