"""Take along: the comparison as files that need neither this page nor a network."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import BadSettings, RunFailed
from core.evaluation.names import headline
from core.evaluation.verdict import MARGIN
from core.language import LANGUAGES, NAMES, Language, _, current, speaking
from core.seal import look_at, looks, looks_sentence
from core.worth.goals import USUAL
from ui.guard import log
from ui.state import current_workspace
from ui.verdict import field_of
from ui.words import plain, short

if TYPE_CHECKING:
    from core.report import Findings
    from ui.comparison import Compared

__all__ = ["take_part"]


def take_part(found: Compared) -> None:
    """Draw the download buttons; a file is made when somebody asks for it, not before.

    Args:
        found: what to take, with its dataset.
    """
    if found.comparison is None:
        return
    language = _chosen_language()
    name = _file_name(found.dataset.info.name or found.dataset.id)
    _button(found, _("Web page"), f"{name}.html", "text/html", "description", _html, language, _("Everything, with live charts, in one file of about 5 MB that opens without a network. For a mail or the data room."))
    _button(found, _("PDF"), f"{name}.pdf", "application/pdf", "picture_as_pdf", _pdf, language, _("The same on paper: A4, with text that can be searched."))
    _button(found, _("Table for a spreadsheet"), f"{name}.csv", "text/csv", "table", lambda _findings: _csv(found), language, _("CSV: every metric of every model with both ends of its interval."))
    _button(found, _("All tables for a spreadsheet"), f"{name}-tables.zip", "application/zip", "folder_zip", _zip, language, _("Every table of the report as CSV, in one ZIP: verdict, metrics, money, groups, series."))
    _button(found, _("Tables for a paper"), f"{name}.tex", "application/x-tex", "functions", _latex, language, _("LaTeX with booktabs: every table of the report; the first line says what else it needs."))
    _card_button(found, name, language)
    st.caption(plain(looks_sentence(looks(found.dataset)), 400))


def _chosen_language() -> Language:
    """The language of the files; at first that of the page."""
    chosen: Language | None = st.segmented_control(
        _("Language of the files"), LANGUAGES, default=current(), format_func=lambda one: NAMES[one], required=True, key="take_language", persist_state="session",
    )  # fmt: skip
    return chosen or current()


def _button(found: Compared, label: str, file_name: str, mime: str, icon: str, make: Callable[[Callable[[], Findings]], bytes], language: Language, what: str, key: str = "") -> None:
    told = _told(found)

    page = current()

    def made() -> bytes:
        try:
            with speaking(language):  # the file is made in another thread, later, which knows nothing of the visitor
                return make(lambda: _findings(found, dict(told)))
        except Exception as error:  # Streamlit would show its words, paths and all, beside the button
            log.exception("export")
            with speaking(page):
                raise RunFailed(_("The file could not be made. Reload the page and try again; the server's log says why.")) from error

    with st.container(border=True, gap="xsmall"):
        st.download_button(label, data=made, file_name=file_name, mime=mime, icon=f":material/{icon}:", on_click="ignore", key=f"compare_{key or file_name.rpartition('.')[2]}")
        st.caption(what)


def _card_button(found: Compared, name: str, language: Language) -> None:
    assert found.comparison is not None  # the caller saw it
    runs = {one.model.id: short(one.model.name, 50) for one in found.comparison.runs}
    chosen = next(iter(runs))
    if len(runs) > 1:
        chosen = st.selectbox(_("Which model the card is about"), list(runs), format_func=lambda one: runs[one], key="take_model")

    def card(findings: Callable[[], Findings]) -> bytes:
        from core.report import model_card

        return model_card(findings(), chosen).encode()

    what = _("Markdown, for a repository: what the model is for, its data, its numbers with intervals, where it is weak, its limits.")
    _button(found, _("Model card"), f"{name}-model-card.md", "text/markdown", "badge", card, language, what)


def _findings(found: Compared, told: dict[str, Any]) -> Findings:
    from core.evaluation.retold import retold
    from core.report import Findings
    from core.report.extras import extras
    from core.series_shown import results_on

    comparison, question, workspace = found.comparison, told.pop("question"), told.pop("workspace")
    assert comparison is not None  # no button without it
    with suppress(BadSettings):  # a question that these models cannot answer is asked in the usual way
        comparison = replace(comparison, field=field_of(found.key, comparison, *question)) if comparison.field else comparison
    comparison = retold(comparison)
    look_at(found.dataset, "export", [one.model.id for one in comparison.models])
    parts = extras(comparison, found.dataset, found.runs, series=results_on(workspace, found.dataset.id), **told)
    return Findings(comparison, found.dataset.info, looks=looks(found.dataset), extras=parts)  # counted after the parts were made: some look


def _told(found: Compared) -> dict[str, Any]:
    """What the visitor has chosen in other parts: the question of the verdict, amounts, a threshold, the class that they are about; read now, used in another thread."""
    assert found.comparison is not None  # no button without it
    task, usual = found.comparison.task, found.comparison.field
    question = (
        st.query_params.get("reference"), str(st.session_state.get(f"verdict_metric_{task.value}") or headline(task)),
        float(st.session_state.get("verdict_margin", usual.margin if usual else MARGIN)),
    )  # fmt: skip
    values, label = st.session_state.get(f"report_values_{found.dataset.id}", (None, None))
    aim, aimed_label = st.session_state.get(f"report_aim_{found.dataset.id}", (USUAL, None))
    positive = label or aimed_label
    known = found.comparison.labels
    matrix, prices = (st.session_state.get(f"report_{what}_{found.dataset.id}") for what in ("matrix", "prices"))
    return {
        "question": question, "workspace": current_workspace(), "values": values, "matrix": matrix, "prices": prices, "rates": st.session_state.get(f"report_rates_{found.dataset.id}"),
        "aim": aim, "positive": positive if positive in known else None,
    }  # fmt: skip


def _html(findings: Callable[[], Findings]) -> bytes:
    from core.report import report_html

    return report_html(findings()).encode()


def _pdf(findings: Callable[[], Findings]) -> bytes:
    from core.report import report_pdf

    return report_pdf(findings())


def _csv(found: Compared) -> bytes:
    from core.evaluation.retold import retold
    from core.report import table_csv

    assert found.comparison is not None  # no button without it
    look_at(found.dataset, "export", [one.model.id for one in found.comparison.models])
    return table_csv(retold(found.comparison))


def _zip(findings: Callable[[], Findings]) -> bytes:
    from core.report import tables_zip

    return tables_zip(findings())


def _latex(findings: Callable[[], Findings]) -> bytes:
    from core.report import tables_latex

    return tables_latex(findings()).encode()


def _file_name(name: str) -> str:
    """A name that every disk takes.

    Example:
        >>> _file_name("../Ünï ☃ 客户.csv"), _file_name("…")
        ('Ünï-客户', 'comparison')
    """
    kept = re.sub(r"[^\w]+", "-", name.removesuffix(".csv"), flags=re.UNICODE).strip("-_")[:60]
    return kept or "comparison"
