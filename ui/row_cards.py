"""The rows behind a number, as people can read them: pictures in a grid, texts and narrow windows as cards, all else as a table.

All of it comes from a file of strangers: cells pass `st.text` or `plain` or a data frame, which show text literally, and
are cut before they reach the page.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import ColumnType
from core.language import _, plural
from ui.comparison import Compared
from ui.narrow import is_narrow
from ui.words import number, percent, plain, short

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from core.dataset.dataset import Dataset
    from core.evaluation.compare import Comparison, Judged
    from core.slices.rows_behind import Behind, Where

__all__ = ["key_of", "model_name", "show_rows"]

AT_FIRST, MOST = 12, 96
TABLE_COLUMNS, CARD_COLUMNS = 40, 8
CHARACTERS = 600
PICTURE_PX = 112  # on the screen
TEXTS = 2  # columns of text on one card
ANSWERS = 6  # models whose answer stands beside each row


def show_rows(found: Compared, model_id: str, where: Where, key: str) -> None:
    """Show the rows behind a number of one model, those that the models disagree about first, the worst first.

    Args:
        found: the comparison.
        model_id: whose number it is.
        where: which number.
        key: of the widgets; another one wherever the place is another.
    """
    from core.slices.rows_behind import rows_behind

    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    limit = min(st.session_state.get(f"{key}_most", AT_FIRST), MOST)
    behind = rows_behind(comparison, model_id, where, limit)
    if not behind.total:
        st.caption(_("There are no such rows."))
        return
    st.markdown(_counted(behind))
    _draw(found.dataset, comparison, model_id, behind)
    if len(behind.rows) < min(behind.total, MOST):
        st.button(_("Show more rows"), key=f"{key}_more", on_click=_more, args=(f"{key}_most", limit))


def key_of(*parts: object) -> str:
    """A short name for a widget that belongs to these things and to no others; the same in every process."""
    return hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:10]


def model_name(name: str, limit: int = 30) -> str:
    """A name cut in its middle: models of one recipe differ at the end.

    Example:
        >>> model_name("Multilayer network (custom) · f41a", 22)
        'Multilayer ne… · f41a'
    """
    line = short(name, 200)
    return line if len(line) <= limit else f"{line[: limit - 9].rstrip()}… {line[-7:].lstrip()}"


def _more(key: str, limit: int) -> None:
    st.session_state[key] = limit * 2


def _counted(behind: Behind) -> str:
    total = plural("**{n} row**", "**{n} rows**", behind.total)
    if not behind.disagreeing:
        return _("{rows}, the worst first.").format(rows=total)
    return _("{rows}. First the {n} that the models disagree about; the worst first.").format(rows=total, n=f"{behind.disagreeing:,}")


def _draw(dataset: Dataset, comparison: Comparison, model_id: str, behind: Behind) -> None:
    shown = _answering(comparison, model_id)
    info = dataset.info
    texts = info.of_type(ColumnType.TEXT)[:TEXTS]
    answers = [[_answer(one, int(place)) for one in shown] for place in behind.positions]
    truths = [_truth(shown[0], int(place)) for place in behind.positions]
    if info.image_shape is not None:
        _pictures(dataset, behind, shown, truths, answers)
        return
    names = [name for name in info.inputs if info.column(name).type is not ColumnType.IMAGE]
    if texts or is_narrow():
        rest = [name for name in names if name not in texts][:CARD_COLUMNS]
        _cards(_values(dataset, behind.rows, [*texts, *rest]), texts, behind, shown, truths, answers)
    else:
        _table(_values(dataset, behind.rows, names[:TABLE_COLUMNS]), behind, shown, truths, answers)
        if len(names) > TABLE_COLUMNS:
            st.caption(plural("… and {n} more column.", "… and {n} more columns.", len(names) - TABLE_COLUMNS))


def _answering(comparison: Comparison, model_id: str) -> list[Judged]:
    """The model itself, then the other runs; baselines only where there is no other."""
    own = [one for one in comparison.models if one.model.id == model_id]
    others = [one for one in comparison.models if one.model.id != model_id]
    return [*own, *([one for one in others if one.model.kind == "run"] or others)][:ANSWERS]


def _truth(one: Judged, place: int) -> str:
    p = one.model.predictions
    return short(p.labels[p.truth[place]], 40) if p.task.is_classification else number(float(p.truth[place]))


def _answer(one: Judged, place: int) -> str:
    """What a model said about a row: a class with its score, or a value."""
    p = one.model.predictions
    if not p.task.is_classification:
        return number(float(p.scores[place]))
    called = int(p.take(_one(place)).decisions()[0])
    return f"{short(p.labels[called], 40)} · {percent(float(p.scores[place, called]))}"


def _one(place: int) -> np.ndarray:
    import numpy as np

    return np.array([place])


@st.cache_data(max_entries=32, ttl="1h", show_spinner=False)
def _read(folder: str, rows: tuple[int, ...], columns: tuple[str, ...], _dataset: Dataset) -> pl.DataFrame:
    import numpy as np

    from core.dataset.some_rows import some_rows

    return some_rows(_dataset, np.array(rows, np.int64), columns, CHARACTERS)


def _values(dataset: Dataset, rows: np.ndarray, columns: list[str]) -> pl.DataFrame:
    return _read(dataset.folder.as_posix(), tuple(rows.tolist()), tuple(columns), dataset)


def _pictures(dataset: Dataset, behind: Behind, shown: list[Judged], truths: list[str], answers: list[list[str]]) -> None:
    import numpy as np

    images = dataset.images()
    names = ", ".join(plain(model_name(one.model.name), 60) for one in shown)
    st.caption(_("Under each picture: the truth, then what was said by {models}.").format(models=names))
    with st.grid("auto", min_column_width=150, gap="small"):
        for place, row in enumerate(behind.rows):
            with st.container(gap="xxsmall"):
                picture = np.asarray(images[row])
                times = max(1, PICTURE_PX // max(picture.shape[:2]))
                large = np.repeat(np.repeat(picture, times, axis=0), times, axis=1)
                alt = _("Row {row}, in truth {truth}").format(row=f"{row + 1:,}", truth=truths[place])
                st.image(large[..., 0] if large.shape[2] == 1 else large, width=PICTURE_PX, alt=short(alt, 200))
                said = "  \n".join(plain(answer, 60) for answer in answers[place])
                st.caption(_("**{truth}**, row {row}").format(truth=plain(truths[place], 40), row=f"{row + 1:,}") + "  \n" + said)


def _cards(values: pl.DataFrame, texts: tuple[str, ...], behind: Behind, shown: list[Judged], truths: list[str], answers: list[list[str]]) -> None:
    for place, (row, cells) in enumerate(zip(behind.rows, values.iter_rows(named=True), strict=True)):
        with st.container(border=True, gap="xsmall"):
            st.markdown(_said(int(row), shown, truths[place], answers[place], bool(behind.disagree[place])))
            for name in texts:
                st.text(_clean(cells[name]))
            rest = [f"{plain(name, 30)}: **{plain(_cell(value), 40)}**" for name, value in cells.items() if name not in texts]
            if rest:
                st.caption(" · ".join(rest))


def _clean(value: object) -> str:
    """A text as it is, line by line, without characters that turn or hide text."""
    lines = str(value if value is not None else "").splitlines()[:12]
    return "\n".join(short(line, CHARACTERS) for line in lines) or "–"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e12 else number(value)
    return "–" if value is None else str(value)


def _said(row: int, shown: list[Judged], truth: str, answers: list[str], apart: bool) -> str:
    """The truth and each model's answer; Markdown of ours."""
    head = _("Row {row} · in truth **{truth}**").format(row=f"{row + 1:,}", truth=plain(truth, 40))
    if apart:
        head += " · " + _("models disagree")
    said = [f"{plain(model_name(one.model.name), 60)}: {plain(answer, 60)}" for one, answer in zip(shown, answers, strict=True)]
    return "  \n".join([head, *said])


def _table(values: pl.DataFrame, behind: Behind, shown: list[Judged], truths: list[str], answers: list[list[str]]) -> None:
    import polars as pl

    ours = {_("Row"): [int(row) + 1 for row in behind.rows], _("In truth"): truths}
    for place, one in enumerate(shown):
        ours[_free(model_name(one.model.name), ours)] = [each[place] for each in answers]
    ours[_free(_("Models disagree"), ours)] = [bool(one) for one in behind.disagree]
    taken: dict[str, object] = dict(ours)
    renamed = {}
    for name in values.columns:
        renamed[name] = _free(short(name, 60) or "–", taken)
        taken[renamed[name]] = None
    frame = pl.DataFrame(ours).hstack(values.rename(renamed))
    st.dataframe(frame, hide_index=True, height="content", alt=_("The rows behind the number, with what each model said"))


def _free(name: str, taken: dict[str, object] | dict[str, list[object]]) -> str:
    """A column name that no other column has."""
    found, place = name, 2
    while found in taken:
        found, place = f"{name} ({place})", place + 1
    return found
