"""An Excel workbook (.xlsx) → the table that the same sheet would be as CSV.

`calamine` reads the cells; what a hostile file could make it do is measured before (`workbook_parts`). The table is
the first sheet that holds one, and begins below its titles; merged cells mean the same in each of their cells.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final

from core.dataset.progress import Progress
from core.dataset.readers.grid import Grid, header_row
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.source import Source
from core.dataset.readers.spool import Spool
from core.dataset.readers.table import RawTable
from core.dataset.readers.workbook_parts import SheetPart, examine
from core.dataset.schema import Finding, Severity
from core.errors import BadFile, BadSettings, is_panic
from core.language import N_

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

__all__ = ["read_workbook"]

BATCH_ROWS: Final = 5_000
SHOWN: Final = 10


def read_workbook(source: Source, options: ReadOptions, progress: Progress) -> RawTable:
    """Read one sheet of a workbook.

    Args:
        source: an .xlsx or .xlsm file; nothing in it is run.
        options: the sheet and the row of the header, where the guess is wrong.
        progress: to hear how far it is, and to cancel.

    Raises:
        BadFile: it is damaged, or no sheet holds a table.
        BadSettings: there is no such sheet, or its header row is empty.
        LimitExceeded: it is larger than a limit of `core.settings`.
    """
    parts = examine(source, progress)
    with _damage_is_a_bad_file(source.name):
        from python_calamine import load_workbook

        book = load_workbook(io.BytesIO(source.content) if isinstance(source.content, bytes) else source.content)
        sheet = _chosen(book, source.name, options)
        if options.sheet is not None and not any(any(cell != "" for cell in row) for row in sheet.iter_rows()):
            raise BadSettings(N_("The sheet “{name}” is empty. Choose another sheet.").format(name=sheet.name[:40]))
        part = parts.sheet(sheet.name)
        raw = _read_sheet(sheet, part, source.name, options, progress)
    return RawTable(**{**vars(raw), "notices": _about_sheet(book, sheet) + raw.notices})


@contextmanager
def _damage_is_a_bad_file(name: str) -> Iterator[None]:
    """Whatever the library raises about the content, its panics included, as one sentence."""
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, ValueError, OverflowError, MemoryError, OSError) as error:
        raise BadFile(_damaged(name)) from error
    except BaseException as error:
        if not is_panic(error):
            raise
        raise BadFile(_damaged(name)) from error


def _damaged(name: str) -> str:
    return f"{name} is an Excel workbook that is damaged or of a kind that cannot be read. Save it again as .xlsx, or save the sheet as CSV, and upload that file."


def _chosen(book: CalamineWorkbook, name: str, options: ReadOptions) -> CalamineSheet:
    """The sheet that was asked for, else the first one in sight with a table, else the first one hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    listed = [(i, sheet) for i, sheet in enumerate(book.sheets_metadata) if sheet.typ == SheetTypeEnum.WorkSheet]
    if options.sheet is not None:
        return book.get_sheet_by_index(_asked_for(options.sheet, [(i, sheet.name) for i, sheet in listed]))
    for i, _ in sorted(listed, key=lambda item: item[1].visible != SheetVisibleEnum.Visible):
        sheet = book.get_sheet_by_index(i)
        if _holds_table(sheet):
            return sheet
    shown = ", ".join(f"“{sheet.name[:40]}”" for _, sheet in listed[:SHOWN])
    raise BadFile(N_("No sheet of {name} holds a table: {why_words}. Put the column names into one row and the data below it.").format(name=name, why_words=shown or N_("it has no sheets")))


def _asked_for(wanted: str, sheets: list[tuple[int, str]]) -> int:
    forms: tuple[Callable[[str], str], ...] = (str, str.strip, lambda text: text.strip().casefold())
    for form in forms:
        for place, name in sheets:
            if form(name) == form(wanted):
                return place
    shown = ", ".join(f"“{name[:40]}”" for _, name in sheets[:SHOWN]) + (" …" if len(sheets) > SHOWN else "")
    raise BadSettings(N_("There is no sheet {wanted}. The sheets are: {shown}.").format(wanted=repr(wanted[:80]), shown=shown))


def _holds_table(sheet: CalamineSheet) -> bool:
    filled = (1 for row in sheet.iter_rows() if any(cell != "" for cell in row))
    return sum(islice(filled, 2)) == 2


def _read_sheet(sheet: CalamineSheet, part: SheetPart, name: str, options: ReadOptions, progress: Progress) -> RawTable:
    grid = Grid(sheet)
    header = header_row(grid, options.header_row)
    names = grid.names(header)
    if options.header_row is None and (second := grid.second_names(header, names)):
        header, names = header + 1, second
    keep = [i for i, cell in enumerate(names) if cell] if header else list(range(len(names)))
    keep = sorted({*keep, *grid.filled(header, [i for i in range(len(names)) if i not in set(keep)])})
    if not keep:
        raise BadSettings(N_("Row {header} of the sheet {name} is empty. Give the row that holds the column names, or 0 if there is none.").format(header=header, name=repr(sheet.name[:80])))
    notices = _about_titles(header, grid) if options.header_row is None else ()
    with Spool(name) as spool:
        spool.header([names[i] for i in keep])
        batch: list[list[str]] = []
        done = blank = 0
        for row in grid.rows(header):
            cells = [row[i] for i in keep]
            done += 1
            if not any(cells):
                blank += 1  # kept only if something follows
                continue
            batch += [[""] * len(keep)] * blank
            blank = 0
            batch.append(cells)
            if len(batch) >= BATCH_ROWS:
                spool.rows(batch)
                batch = []
                progress.step("Unpacking", done, grid.height, done)
        spool.rows(batch)
        raw = spool.table("xlsx", progress, notices)
    return RawTable(**{**vars(raw), "notices": raw.notices + _about_formulas(part, grid, keep, raw.frame.columns) + grid.about_merged()})


def _about_titles(header: int, grid: Grid) -> tuple[Finding, ...]:
    skipped = sum(any(row) for row in grid.sample[: header - 1])
    if not skipped:
        return ()
    message = f"{skipped} row{'s' if skipped > 1 else ''} above the header {'were' if skipped > 1 else 'was'} skipped; the column names were taken from row {header:,}. Check that they are right."
    return (Finding(code="preamble_skipped", severity=Severity.LOOK, message=message, count=skipped, evidence={"header_row": header}),)


def _about_formulas(part: SheetPart, grid: Grid, keep: list[int], names: Iterable[str]) -> tuple[Finding, ...]:
    """Formulas that no program has calculated: their cells are empty, whatever Excel would show."""
    named = dict(zip((grid.left + i for i in keep), names, strict=True))
    columns = [named[column] for column in sorted(part.uncached) if column in named]
    if not columns:
        return ()
    count = sum(part.uncached[column] for column in part.uncached if column in named)
    shown = ", ".join(f"“{name[:40]}”" for name in columns[:SHOWN]) + (" …" if len(columns) > SHOWN else "")
    reads = "column reads" if len(columns) == 1 else "columns read"
    message = f"{len(columns):,} {reads} as empty: {shown} {'holds' if len(columns) == 1 else 'hold'} {count:,} formula{'s' if count > 1 else ''} without a calculated value. Open the workbook in Excel, save it, and upload it again."
    return (Finding(code="formulas_uncached", severity=Severity.LOOK, message=message, column=columns[0], count=count, evidence={"columns": columns[:50]}),)


def _about_sheet(book: CalamineWorkbook, sheet: CalamineSheet) -> tuple[Finding, ...]:
    if len(book.sheet_names) < 2:
        return ()
    others = [name for name in book.sheet_names if name != sheet.name]
    shown = ", ".join(f"“{name[:40]}”" for name in others[:SHOWN]) + (" …" if len(others) > SHOWN else "")
    message = f"The sheet “{sheet.name[:40]}” was read. The workbook also has {shown}: choose another sheet if the data is there."
    evidence = {"sheet": sheet.name, "sheets": list(book.sheet_names[:100])}
    return (Finding(code="sheet_chosen", severity=Severity.LOOK, message=message, count=len(book.sheet_names), evidence=evidence),)
