"""How a file was read: what was guessed, each guess changeable, before anything is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.decisions import Decisions
from ui.reading import change, widget_key
from ui.sources import Source
from ui.words import plain, short

if TYPE_CHECKING:
    from core.dataset.preview import Preview

__all__ = ["read_options"]

AS_FOUND = ""
ENCODINGS = {
    AS_FOUND: "as found",
    "utf-8": "UTF-8",
    "gb18030": "GB18030 and GBK (simplified Chinese)",
    "big5": "Big5 (traditional Chinese)",
    "shift_jis": "Shift JIS (Japanese)",
    "euc-kr": "EUC-KR (Korean)",
    "cp1252": "Windows 1252 (western Europe)",
    "iso8859-2": "ISO 8859-2 (central Europe)",
    "cp1251": "Windows 1251 (Cyrillic)",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
DELIMITERS = {AS_FOUND: "as found", ",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "pipe |", " ": "space"}
HEADER_ROWS = 1000
KINDS = {"zip": "a zip file", "parquet": "a Parquet file", "xlsx": "an Excel workbook", "jsonl": "JSON lines"}


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
    with st.expander(f"How it was read{_summary(preview)}", icon=":material/tune:", expanded=preview is None or overruled):
        st.caption("All of this was found in the content of the file. Change it where it is wrong; the rows below follow at once, and nothing is stored yet.")
        with st.grid("auto", min_column_width=220):
            if preview is None or preview.info.source.get("delimiter"):
                _choice("Encoding", "how the letters are written as bytes", "encoding", ENCODINGS, decisions.encoding, source, _found(preview, "encoding"))
                _choice("Delimiter", "what stands between the cells of a row", "delimiter", DELIMITERS, decisions.delimiter, source, _found(preview, "delimiter"))
            if preview is not None and preview.sheets:
                _sheet(source, preview, decisions)
            if preview is None or preview.info.source.get("delimiter") or preview.sheets:
                st.number_input(
                    "Line with the column names", 0, HEADER_ROWS, value=decisions.header_row, step=1, placeholder="as found", key=widget_key("header_row", source),
                    help="Counted from 1; 0 where the file has no column names", on_change=_decide, args=(source, "header_row", None),
                )  # fmt: skip


def _summary(preview: Preview | None) -> str:
    if preview is None:
        return ""
    about = preview.info.source
    encoding, delimiter = str(about.get("encoding") or ""), str(about.get("delimiter") or "")
    if not delimiter:
        sheet = f", sheet “{plain(preview.sheet, 40)}”" if preview.sheet else ""
        return f": {plain(KINDS.get(encoding, encoding), 40)}{sheet}" if encoding else ""
    return f": {plain(encoding.upper(), 30)}, cells between {plain(DELIMITERS.get(delimiter, delimiter).rstrip(',;| '), 20)}s"


def _found(preview: Preview | None, name: str) -> str:
    return "" if preview is None else str(preview.info.source.get(name) or "")


def _choice(label: str, what: str, name: str, options: dict[str, str], now: str | None, source: Source, found: str) -> None:
    values = list(options) if now is None or now in options else [*options, now]

    def words(value: str) -> str:
        if value == AS_FOUND and now is None and found:
            return f"as found: {short(options.get(found, found), 40)}"
        return options.get(value, short(value, 40))

    st.selectbox(
        label, values, index=values.index(now or AS_FOUND), format_func=words, key=widget_key(name, source), help=f"{label}: {what}",
        on_change=_decide, args=(source, name, values),
    )  # fmt: skip


def _sheet(source: Source, preview: Preview, decisions: Decisions) -> None:
    sheets, now = list(preview.sheets), decisions.sheet or preview.sheet
    st.selectbox(
        "Sheet", range(len(sheets)), index=sheets.index(now) if now in sheets else 0, format_func=lambda place: short(sheets[place], 60),
        key=widget_key("sheet", source), help="A workbook has several tables; one is read", on_change=_decide, args=(source, "sheet", sheets),
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
