"""A file that is read but not yet stored: what was guessed, what can be changed, and "Use this data"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.dataset.schema import Column, ColumnType, Severity, Task
from core.errors import LimelightError, UserError
from ui.balance import balance_chart, spread_chart
from ui.cards import task_text
from ui.dataset_view import COLUMN_LOOK, ROWS_SHOWN, facts, rows_preview
from ui.findings import findings_list
from ui.guard import show_error
from ui.pictures import picture_strips
from ui.road import Page
from ui.sources import Source, chosen, draft_of, forget
from ui.state import current_workspace, go
from ui.upload import upload_box
from ui.words import plain, plural, short

if TYPE_CHECKING:
    import numpy as np
    from streamlit.delta_generator import DeltaGenerator

    from core.dataset.ingest import Draft

__all__ = ["choose_and_store"]

TYPES = [ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.TIME, ColumnType.IDENTIFIER]
AS_CLASSES, AS_NUMBER = "classes", "a number"
PICTURES_SHOWN = 6


def choose_and_store(head: Page, source: Source) -> None:
    """Show a waiting file, take the visitor's choices, and store it when asked.

    Args:
        head: of the page; its next button stores.
        source: the waiting file.
    """
    try:
        with st.spinner("Reading the file …", show_time=True):
            guessed = draft_of(source)
    except UserError as error:
        _refused(source, error)
        return
    choices, picture = st.container(), st.container()  # what it looks like stands above the table that changes it
    draft, name = _choices(choices, guessed, source)
    if draft is None:
        head.next("Use this data", key="use", why_not="First put right what is refused")
        return
    with picture:
        _picture(draft)
    stops = [finding.message for finding in draft.findings if finding.severity is Severity.STOP]
    if head.next("Use this data", key="use", why_not=plain(stops[0], 300) if stops else ""):
        _store(draft, source, name)


def _refused(source: Source, error: UserError) -> None:
    st.text(short(source.file_name, 120))
    show_error(error)
    upload_box("other_file")


def _choices(place: DeltaGenerator, guessed: Draft, source: Source) -> tuple[Draft | None, str]:
    """The draft with what the visitor chose (None where that is refused), and the name of the dataset."""
    left, right = place.columns(2, gap="large")
    name = left.text_input("Name", value=short(source.title), max_chars=80, key=f"name_{source.id}", persist_state="session")
    if guessed.pictures is not None:
        right.markdown("The name of its folder is the class of a picture.")
        return guessed, name
    names = [column.name for column in guessed.columns]
    start = source.target if source.target in names else guessed.target
    with right:
        picked = st.selectbox(
            "What should be predicted?", range(len(names)), index=names.index(start) if start in names else None,
            format_func=lambda number: short(names[number], 120), key=f"target_{source.id}", placeholder="Choose a column", persist_state="session",
        )  # fmt: skip
    target = names[picked] if picked is not None and 0 <= picked < len(names) else guessed.target
    try:
        types = _treatment(right, chosen(source, target, (), None), target, source)
        based = chosen(source, target, tuple(types.items()), None)
        edited, inputs = _columns(based, source)
        return chosen(source, target, tuple({**types, **edited}.items()), inputs), name
    except UserError as error:
        show_error(error)
        return None, name


def _treatment(place: DeltaGenerator, draft: Draft, target: str, source: Source) -> dict[str, str]:
    """Whether a target of numbers is a number or a set of classes."""
    if draft.guesses.get(target) is not ColumnType.NUMBER and draft.task is not Task.REGRESSION:
        return {}
    guess = AS_NUMBER if draft.task is Task.REGRESSION else AS_CLASSES
    with place:
        treated = st.segmented_control("Predict it as", [AS_CLASSES, AS_NUMBER], default=guess, required=True, key=f"as_{source.id}_{target}")
    if treated == guess or treated not in {AS_CLASSES, AS_NUMBER}:
        return {}
    return {target: ColumnType.NUMBER.value if treated == AS_NUMBER else ColumnType.CATEGORY.value}


def _columns(draft: Draft, source: Source) -> tuple[dict[str, str], tuple[str, ...] | None]:
    """The table of columns, in which types and inputs can be changed; gives back only what was changed."""
    others = [column for column in draft.columns if column.name != draft.target]
    if not others:
        return {}, None
    st.subheader("Columns", anchor=False)
    st.caption("A type decides how a column is read. Change a type, or take a column out, where the guess is wrong.")
    table = _table(others, draft)
    shown = st.data_editor(
        table, hide_index=True, num_rows="fixed", disabled=["name", "missing", "different", "examples"], key=f"columns_{source.id}_{draft.target}",
        column_config={
            **COLUMN_LOOK,
            "use": st.column_config.CheckboxColumn("use", help="Whether models see this column", width="small"),
            "type": st.column_config.SelectboxColumn("type", options=[kind.value for kind in TYPES] + [ColumnType.EMPTY.value], required=True),
        },
    )  # fmt: skip
    kinds, uses = list(shown["type"]), [bool(use) for use in shown["use"]]
    types = {column.name: str(kind) for column, kind in zip(others, kinds, strict=True) if str(kind) != column.type.value}
    if uses == table["use"]:
        return types, None
    return types, tuple(column.name for column, use in zip(others, uses, strict=True) if use)


def _table(columns: list[Column], draft: Draft) -> dict[str, list[Any]]:
    inputs = set(draft.inputs)
    return {
        "use": [column.name in inputs for column in columns],
        "name": [short(column.name, 120) for column in columns],
        "type": [column.type.value for column in columns],
        "missing": [column.missing / max(1, draft.rows) for column in columns],
        "different": [column.distinct for column in columns],
        "examples": [", ".join(short(example, 40) for example in column.examples) for column in columns],
    }


def _picture(draft: Draft) -> None:
    """What the draft looks like: facts, findings, target, rows or pictures."""
    picture = () if draft.pictures is None else tuple(draft.pictures.images.shape[1:])
    facts(rows=draft.rows, columns=len(draft.columns), target=draft.target, answer=task_text(draft.task, len(draft.labels)), picture=picture)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What was noticed", anchor=False)
        findings_list(draft.findings)
    with right:
        st.subheader("What is predicted", anchor=False)
        answer = draft.facts.answer
        if draft.labels:
            balance_chart(dict(answer.value_counts(name="rows").iter_rows()), key="balance")
        elif draft.task is Task.REGRESSION and len(answer):
            spread_chart(answer.to_numpy(), draft.target, key="spread")
    if draft.pictures is not None:
        st.subheader("A few pictures", anchor=False)
        picture_strips(_samples(draft))
    else:
        st.subheader("The first rows", anchor=False)
        rows_preview(draft.preview(ROWS_SHOWN))


def _samples(draft: Draft) -> dict[str, np.ndarray]:
    import numpy as np

    classes: dict[str, list[np.ndarray]] = {}
    for label, picture in draft.samples(PICTURES_SHOWN):
        classes.setdefault(label, []).append(picture)
    return {label: np.stack(pictures) for label, pictures in classes.items()}


def _store(draft: Draft, source: Source, name: str) -> None:
    from core.dataset.ingest import store
    from core.training import baselines

    workspace = current_workspace()
    try:
        with st.spinner(f"Storing {plural(draft.rows, 'row')} …", show_time=True):
            dataset = store(draft, workspace, name.strip())
            baselines.start(dataset)
    except LimelightError as error:
        show_error(error)
        return
    forget(workspace, source)
    go("model", dataset=dataset.id, draft=None, run=None)
