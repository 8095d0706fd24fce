"""How the rows are shared out: the choice, and what each of the three parts holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import Column, ColumnType, DatasetInfo, Part, SplitBy
from core.language import N_, _, plural
from ui.words import count, percent, plain, rounded, short

if TYPE_CHECKING:
    from core.dataset.preview import Preview

__all__ = ["show_parts", "split_choice"]

WAYS = {"stratified": N_("Every class alike"), "time": N_("By time"), "group": N_("By group"), "given": N_("As the file says")}
MEANINGS = {
    "stratified": N_("Rows are dealt out at random, each class in the same proportion (a stratified split)."),
    "time": N_("The oldest rows train, the newest judge: as it will be when the model is used."),
    "group": N_("Rows of one group, such as one customer, stay together, so that the model is judged on groups that it has never seen."),
    "given": N_("The file itself says which part a row belongs to."),
}
PARTS = {
    Part.TRAIN: (N_("Training"), N_("to learn from")),
    Part.VALIDATION: (N_("Validation"), N_("to choose the best moment")),
    Part.TEST: (N_("Test"), N_("sealed, for the final judgement")),
}
CLASSES = 8  # with a row of their own
CHOICES = 1000  # columns to choose from
GROUPS = (ColumnType.CATEGORY, ColumnType.IDENTIFIER, ColumnType.TEXT, ColumnType.NUMBER)
MANY_GROUPS = 20
SEEDS = 2**32 - 1


def split_choice(preview: Preview, key: str, seed: int, chosen: Callable[[SplitBy], None], seeded: Callable[[int], None]) -> None:
    """Draw the ways that this file allows.

    Args:
        preview: what is in the file.
        key: of the widgets; another one wherever the split is another.
        seed: of the shuffling as it is.
        chosen: called with another way.
        seeded: called with another seed.
    """
    columns = _columns(preview)
    now = preview.split_by
    ways = [way for way in WAYS if way == "stratified" or columns[way]]
    if len(ways) > 1:
        st.segmented_control(
            _("How shall the rows be shared out?"), ways, default=now.kind, required=True, format_func=lambda way: _(WAYS[way]), key=f"way_{key}",
            on_change=_way, args=(f"way_{key}", columns, chosen),
        )  # fmt: skip
    st.caption(_(MEANINGS[now.kind]) if now.kind == "given" else _("{meaning} Copies of one row always stay in one part.").format(meaning=_(MEANINGS[now.kind])))
    if now.column is not None and preview.info.image_shape is None:
        names = columns[now.kind] if now.column in columns[now.kind] else (now.column, *columns[now.kind])
        st.selectbox(
            _("Column"), range(len(names)), index=names.index(now.column), format_func=lambda place: short(names[place], 120), key=f"by_{key}",
            on_change=_by, args=(f"by_{key}", now.kind, names, chosen), width=420,
        )  # fmt: skip
    if now.kind != "time":
        with st.expander(_("Seed of the shuffling")):
            st.number_input(
                _("Seed"), 0, SEEDS, value=seed, step=1, key=f"seed_{key}", on_change=_seed, args=(f"seed_{key}", seeded), width=220,
                help=_("The same seed shares the same rows out in the same way"),
            )  # fmt: skip


def show_parts(info: DatasetInfo, of: int | None = None) -> None:
    """Draw the three parts: sizes, classes, time spans.

    Args:
        info: of a dataset, stored or not yet.
        of: rows of the file, where only some were looked at: sizes are then what they will be, about.
    """
    total = max(1, info.split.train + info.split.validation + info.split.test)
    with st.grid(3, min_column_width=210, gap="small"):
        for part, (title, purpose) in PARTS.items():
            rows = int(getattr(info.split, part.value))
            with st.container(border=True, gap="xxsmall", height="stretch", key=f"part_{part.value}"):
                why = _(purpose)
                st.metric(_(title), count(rows) if of is None else _("about {rows}").format(rows=rounded(rows / total * of)), help=f"{why[0].upper()}{why[1:]}")
                share = _("{share} of the rows · {purpose}") if info.image_shape is None else _("{share} of the pictures · {purpose}")
                st.caption(share.format(share=percent(rows / total), purpose=why))
                if span := info.spans.get(part.value):
                    st.markdown(f":material/schedule: {_moment(span[0])} – {_moment(span[1])}")
    if of is not None:
        st.caption(_("About, because {rows} of {all} rows were looked at so far. “Use this data” shares out all of them in the same way.").format(rows=count(total), all=count(of)))
    if info.class_counts:
        _classes(info, with_counts=of is None)
    st.markdown(
        _(":material/lock: The test rows are sealed from now on: no training, no choice and no tuning sees them, and every model is judged on the same ones.")
        if info.image_shape is None
        else _(":material/lock: The test pictures are sealed from now on: no training, no choice and no tuning sees them, and every model is judged on the same ones.")
    )


def _classes(info: DatasetInfo, *, with_counts: bool) -> None:
    """Shares of the classes in each part, side by side."""
    counted = sorted(info.class_counts.items(), key=lambda pair: -(pair[1].train + pair[1].validation + pair[1].test))
    totals = {part: max(1, int(getattr(info.split, part.value))) for part in PARTS}
    table = {_("Class"): [plain(label, 40) for label, _counts in counted[:CLASSES]]}
    for part, (title, _purpose) in PARTS.items():
        cells = [int(getattr(counts, part.value)) for _label, counts in counted[:CLASSES]]
        table[_(title)] = [percent(cell / totals[part]) + (f"  \n:small[:gray[{count(cell)}]]" if with_counts else "") for cell in cells]
    st.table(table, hide_index=True, border="horizontal", alt=_("Share of each class in each part"))
    if (more := len(counted) - CLASSES) > 0:
        st.caption(plural("… and {n} more class.", "… and {n} more classes.", more))


def _columns(preview: Preview) -> dict[str, tuple[str, ...]]:
    """For each way the columns that it could go by."""
    info, now = preview.info, preview.split_by
    others = [column for column in info.columns if column.name != info.target] if info.image_shape is None else []
    given = {name for name in (now.column,) if now.kind == "given" and name is not None}
    return {
        "stratified": (),
        "time": tuple(column.name for column in others if column.type is ColumnType.TIME)[:CHOICES],
        "group": tuple(column.name for column in _likely_first(others) if column.type in GROUPS and 3 <= column.distinct < info.rows)[:CHOICES],
        "given": tuple(column.name for column in others if column.name in given or _names_parts(column))[:CHOICES],
    }


def _names_parts(column: Column) -> bool:
    """Whether the values of a column are names of parts: train, test, …"""
    from core.dataset.split import part_named

    values = [value for value, _rows in column.values]
    return 1 < len(values) <= 6 and len(values) == column.distinct and all(part_named(value) is not None for value in values)


def _way(key: str, columns: dict[str, tuple[str, ...]], chosen: Callable[[SplitBy], None]) -> None:
    way = st.session_state.get(key)
    if way == "stratified":
        chosen(SplitBy())
    elif way in columns and columns[way]:
        chosen(SplitBy(kind=way, column=columns[way][0]))


def _likely_first(columns: list[Column]) -> list[Column]:
    """First those whose name says that they name groups, then those with many groups: few cannot be shared out well."""
    return sorted(columns, key=lambda column: (not _is_called_group(column.name), column.distinct < MANY_GROUPS))


def _is_called_group(name: str) -> bool:
    return name.lower().endswith(("id", "_key")) or "group" in name.lower()


def _by(key: str, kind: str, names: tuple[str, ...], chosen: Callable[[SplitBy], None]) -> None:
    place = st.session_state.get(key)
    if isinstance(place, int) and 0 <= place < len(names):
        chosen(SplitBy.model_validate({"kind": kind, "column": names[place]}))


def _seed(key: str, seeded: Callable[[int], None]) -> None:
    seed = st.session_state.get(key)
    if isinstance(seed, int) and 0 <= seed <= SEEDS:
        seeded(seed)


def _moment(text: str) -> str:
    """A moment without a time of day that is midnight; Markdown of ours."""
    day, _t, time = text.partition("T")
    return plain(day if time.startswith("00:00:00") or not time else f"{day} {time[:5]}", 30)
