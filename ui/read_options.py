"""How a file was read: what was guessed, each guess changeable, before anything is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.decisions import Decisions
from core.language import N_, _
from ui.reading import change, widget_key
from ui.sources import Source
from ui.words import plain, short

if TYPE_CHECKING:
    from core.dataset.preview import Preview

__all__ = ["read_options"]

AS_FOUND = ""
ENCODINGS = {
    AS_FOUND: N_("as found"),
    "utf-8": "UTF-8",
    "gb18030": N_("GB18030 and GBK (simplified Chinese)"),
    "big5": N_("Big5 (traditional Chinese)"),
    "shift_jis": N_("Shift JIS (Japanese)"),
    "euc-kr": N_("EUC-KR (Korean)"),
    "cp1252": N_("Windows 1252 (western Europe)"),
    "iso8859-2": N_("ISO 8859-2 (central Europe)"),
    "cp1251": N_("Windows 1251 (Cyrillic)"),
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
DELIMITERS = {AS_FOUND: N_("as found"), ",": N_("comma ,"), ";": N_("semicolon ;"), "\t": N_("tab"), "|": N_("pipe |"), " ": N_("space")}
BETWEEN = {",": N_("commas"), ";": N_("semicolons"), "\t": N_("tabs"), "|": N_("pipes"), " ": N_("spaces")}
HEADER_ROWS = 1000
KINDS = {"zip": N_("a zip file"), "parquet": N_("a Parquet file"), "xlsx": N_("an Excel workbook"), "jsonl": N_("JSON lines")}


def read_options(source: Source, preview: Preview | None) -> None:
    """Draw the choices that fit the file.

    Args:
        source: the file.
        preview: what is in it; None where it could not be read, so that the choices stand open.
    """
    if preview is not None and preview.info.image_shape is not None:
        return
    decisions = source.decisions
    overruled = decisions.read_key != Decisions().read_key  # then the choices stay open, so that the next try is at hand
    with st.expander(_summary(preview), icon=":material/tune:", expanded=preview is None or overruled):
        st.caption(_("All of this was found in the content of the file. Change it where it is wrong; the rows below follow at once, and nothing is stored yet."))
        with st.grid("auto", min_column_width=220):
            if preview is None or preview.info.source.get("delimiter"):
                _choice(_("Encoding"), _("how the letters are written as bytes"), "encoding", ENCODINGS, decisions.encoding, source, _found(preview, "encoding"))
                _choice(_("Delimiter"), _("what stands between the cells of a row"), "delimiter", DELIMITERS, decisions.delimiter, source, _found(preview, "delimiter"))
            if preview is not None and preview.sheets:
                _sheet(source, preview, decisions)
            if preview is None or preview.info.source.get("delimiter") or preview.sheets:
                st.number_input(
                    _("Line with the column names"), 0, HEADER_ROWS, value=decisions.header_row, step=1, placeholder=_("as found"), key=widget_key("header_row", source),
                    help=_("Counted from 1; 0 where the file has no column names"), on_change=_decide, args=(source, "header_row", None),
                )  # fmt: skip


def _summary(preview: Preview | None) -> str:
    if preview is None:
        return _("How it was read")
    about = preview.info.source
    encoding, delimiter = str(about.get("encoding") or ""), str(about.get("delimiter") or "")
    if not delimiter:
        kind = plain(_(KINDS.get(encoding, encoding)), 40)
        if preview.sheet:
            return _("How it was read: {kind}, sheet “{sheet}”").format(kind=kind, sheet=plain(preview.sheet, 40))
        return _("How it was read: {kind}").format(kind=kind) if encoding else _("How it was read")
    between = _(BETWEEN[delimiter]) if delimiter in BETWEEN else plain(delimiter, 20)
    return _("How it was read: {encoding}, cells between {delimiter}").format(encoding=plain(encoding.upper(), 30), delimiter=between)


def _found(preview: Preview | None, name: str) -> str:
    return "" if preview is None else str(preview.info.source.get(name) or "")


def _choice(label: str, what: str, name: str, options: dict[str, str], now: str | None, source: Source, found: str) -> None:
    values = list(options) if now is None or now in options else [*options, now]

    def words(value: str) -> str:
        if value == AS_FOUND and now is None and found:
            return _("as found: {value}").format(value=short(_(options.get(found, found)), 40))
        return _(options[value]) if value in options else short(value, 40)

    st.selectbox(
        label, values, index=values.index(now or AS_FOUND), format_func=words, key=widget_key(name, source), help=_("{label}: {what}").format(label=label, what=what),
        on_change=_decide, args=(source, name, values),
    )  # fmt: skip


def _sheet(source: Source, preview: Preview, decisions: Decisions) -> None:
    sheets, now = list(preview.sheets), decisions.sheet or preview.sheet
    st.selectbox(
        _("Sheet"), range(len(sheets)), index=sheets.index(now) if now in sheets else 0, format_func=lambda place: short(sheets[place], 60),
        key=widget_key("sheet", source), help=_("A workbook has several tables; one is read"), on_change=_decide, args=(source, "sheet", sheets),
    )  # fmt: skip


def _decide(source: Source, name: str, allowed: list[str] | None) -> None:
    """Read the file differently; what was decided about columns may not fit any more and is dropped."""
    value = st.session_state.get(widget_key(name, source))
    if name == "sheet" and allowed is not None:
        value = allowed[value] if isinstance(value, int) and 0 <= value < len(allowed) else None
    elif allowed is not None and value not in allowed:
        value = None
    if name == "header_row" and not (value is None or (isinstance(value, int) and 0 <= value <= HEADER_ROWS)):
        value = None
    before = source.decisions
    options = {key: getattr(before, key) for key in ("encoding", "delimiter", "sheet", "header_row")} | {name: None if value == AS_FOUND else value}
    change(source, Decisions(**options, target=source.target or None))
