"""LaTeX without LaTeX: what the files would have to be for an engine to take them, checked by the rules that TeX reads by.

No TeX stands on the machines that run these tests. So the file is read as TeX would read it: characters one by one,
commands up to the first that is no letter, groups nested. Whatever is not one of a few commands of ours, in a table whose
rows have as many cells as columns are announced, fails; and each cell, read back, is the text that went in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.dataset.schema import Part, Task
from core.evaluation.compare import Model, compare
from core.evaluation.predictions import Predictions
from core.language import speaking
from core.report import Findings, table_latex, tables_latex
from core.report.content import Cell, Head, Table
from core.report.extras import extras
from core.report.tables import _needs, latex_table
from core.report.text import one_line
from core.worth.values import Values
from tests.report.test_report import comparison

SIGNS = {  # every command that may stand in a cell, and what it typesets; all of them are in the LaTeX kernel of 2020 or later
    "textbackslash": "\\", "textasciicircum": "^", "textasciitilde": "~", "textless": "<", "textgreater": ">", "textbar": "|",
    "textasciigrave": "`", "textquotesingle": "'", "ldots": "…", "textperiodcentered": "·",
}  # fmt: skip
ESCAPED = "{}$&#%_"
HOSTILE = st.text(alphabet=st.one_of(st.sampled_from("\\{}$&#^_~%<>|\"`'-–−[]()*,!?=@/ab1 \n\t%中文é·…²\u202e\u200d"), st.characters()), max_size=40)
EVIL = ("\\input{/etc/passwd}", "\\\\[1em]", "*", "[x]", "a & b \\\\ c", "%", "\\end{tabular}", "\\write18{ls}", "^^5cinput", "$x$", "#1", "~", "\\verb|x|", "}}", "{{", "\\", ",,--''``", "–––-–", ",,,", "\\catcode`\\%=12")


@dataclass
class Read:
    """What a reader like TeX makes of a file.

    Attributes:
        comments: lines that TeX does not see.
        tables: the cells of each table, row by row, as text.
        columns: of each table, as announced.
        captions: as text.
    """

    comments: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


class Reader:
    """Reads a file of ours and refuses whatever else."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, Read()

    def file(self) -> Read:
        while self.at < len(self.text):
            if self.text[self.at] == "\n":
                self.at += 1
            elif self.text[self.at] == "%":
                end = self.text.index("\n", self.at)
                self.found.comments.append(self.text[self.at : end])
                self.at = end + 1
            else:
                self._table()
        return self.found

    def _expect(self, words: str) -> None:
        assert self.text.startswith(words, self.at), (words, self.text[self.at : self.at + 60])
        self.at += len(words)

    def _table(self) -> None:
        self._expect("\\begin{table}\n\\centering\n")
        if self.text.startswith("\\caption{", self.at):
            self._expect("\\caption{")
            self.found.captions.append(self._text("}"))
            self._expect("}\n")
        self._expect("\\begin{tabular}{")
        columns = re.compile(r"[lr]+").match(self.text, self.at)
        assert columns
        self.at = columns.end()
        self._expect("}\n\\toprule\n")
        rows = [self._row()]
        self._expect("\\midrule\n")
        while not self.text.startswith("\\bottomrule\n", self.at):
            rows.append(self._row())
        self._expect("\\bottomrule\n\\end{tabular}\n\\end{table}\n")
        self.found.columns.append(columns.group())
        self.found.tables.append(rows)
        assert all(len(row) == len(columns.group()) for row in rows)

    def _row(self) -> list[str]:
        """Cells up to the end of the row; the star or bracket that a row end would take for its own may not follow it."""
        assert self.text[self.at] not in "*["
        cells = []
        while True:
            cells.append(self._text("&\\").strip(" "))
            if self.text[self.at] == "&":
                self.at += 1
                continue
            self._expect("\\\\\n")
            return cells

    def _text(self, ends: str) -> str:
        """Text up to an end in the same group; `\\` ends it only as `\\\\`."""
        typeset = ""
        while True:
            char = self.text[self.at]
            assert char not in "#^_\n\"`'" and not self.text.startswith((",,", "---"), self.at)  # two hyphens are the dash of a range
            if char in ends and (char != "\\" or self.text.startswith("\\\\", self.at)):
                return typeset
            typeset += self._one(char)

    def _one(self, char: str) -> str:
        if char == "\\":
            return self._command()
        if char == "{":
            return self._group()
        if char == "$":  # mathematics is a minus and nothing else
            self._expect("$-$")
            return "−"
        assert char not in "}&%~", (char, self.text[self.at - 20 : self.at + 20])
        if self.text.startswith("--", self.at):
            self.at += 2
            return "–"
        self.at += 1
        return char

    def _command(self) -> str:
        if self.text[self.at + 1] in ESCAPED:
            self.at += 2
            return self.text[self.at - 1]
        name = re.compile(r"\\([a-zA-Z]+)\{").match(self.text, self.at)
        assert name, self.text[self.at : self.at + 40]
        self.at = name.end()
        if name[1] == "textsuperscript":
            self._expect("2}")
            return "²"
        self._expect("}")
        return SIGNS[name[1]]

    def _group(self) -> str:
        """A sign kept from its neighbours, or the smaller type of an interval."""
        kept = re.compile(r"\{(--|[-\[\]*,]|'')\}").match(self.text, self.at)
        if kept:
            self.at = kept.end()
            return {"''": '"', "--": "–"}.get(kept[1], kept[1])
        self._expect("{\\scriptsize ")
        inside = self._text("}")
        self._expect("}")
        return inside


def read(text: str) -> Read:
    return Reader(text).file()


def seen(text: str, limit: int = 200) -> str:
    """What is left of a text where it is typeset: spaces at its ends go, as in TeX."""
    return one_line(text, limit).strip(" ")


@given(st.lists(st.lists(HOSTILE, min_size=3, max_size=3), min_size=2, max_size=4), HOSTILE, HOSTILE)
@example([[one, one, one] for one in EVIL], "\\", "*")
@example([["a", "b", "c"], ["[", "]", "--"]], "", "x" * 500)
def test_any_name_is_typeset_as_it_is(rows: list[list[str]], caption: str, small: str) -> None:
    head, *body = rows
    table = Table([Head(one) for one in head], [[Cell(row[0]), Cell(row[1], small), Cell(row[2])] for row in body])
    found = read(_needs(latex_table(table, caption)))
    assert found.columns == ["lrr"] and len(found.tables[0]) == len(rows)
    assert found.tables[0][0] == [seen(one) for one in head]
    for row, cells in zip(body, found.tables[0][1:], strict=True):
        behind = f" {one_line(small)}" if small and row[1] != "–" else ""
        assert [cells[0], cells[2]] == [seen(row[0]), seen(row[2])] and cells[1] == (one_line(row[1]) + behind).strip(" ")
    assert found.captions == ([one_line(caption, 500)] if caption else [])


@pytest.mark.parametrize("text", ["\\begin{table}\n\\centering\n\\begin{tabular}{lr}\n\\toprule\na & b & c \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n\\end{table}\n",
                                  "\\input{x}\n", "\\begin{table}\n\\centering\n\\begin{tabular}{l}\n\\toprule\n50 % \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n\\end{table}\n",
                                  "\\begin{table}\n\\centering\n\\begin{tabular}{l}\n\\toprule\n\\alpha{} \\\\\n\\midrule\n*a \\\\\n\\bottomrule\n\\end{tabular}\n\\end{table}\n"])  # fmt: skip
def test_the_reader_refuses_what_latex_would_not_take(text: str) -> None:
    with pytest.raises((AssertionError, KeyError, IndexError)):
        read(text)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_table_of_a_report_is_one_that_latex_takes(language: str) -> None:
    with speaking(language):  # type: ignore[arg-type]
        evil = comparison(("\\input{x} & [y]", "*%$#"), "\\\\[2em]*")
        found = read(tables_latex(Findings(evil, extras=extras(evil, values=Values.parse("tp=80,fp=-10,currency=R$")))))
        one = read(table_latex(evil))
    assert len(found.tables) >= 5 and len(found.captions) == len(found.tables) and all(found.captions)
    assert any("\\input{x} & [y]" in cell for table in found.tables for row in table for cell in row)
    assert any("R$" in cell for table in found.tables for row in table for cell in row)
    assert one.tables[0] == found.tables[0]
    assert len(found.comments) == 1 == len(one.comments) and "booktabs" in found.comments[0]
    assert ("ctex" in found.comments[0]) is (language == "zh_CN")


def test_the_first_line_says_what_the_signs_need() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 60)
    p = rng.random(60)

    def first(label: str) -> str:
        made = Predictions(Task.BINARY, ("no", label), np.arange(60), np.full(60, Part.TEST.number), truth, np.c_[1 - p, p])
        return table_latex(compare([Model("a", label, made)])).split("\n")[0]

    assert first("Zoë “€”") == "% Needs \\usepackage{booktabs}; any LaTeX of 2020 or later typesets it."
    assert "ctex" in first("流失") and "a font that has its signs" in first("отток") and "a font that has its signs" in first("☃")
