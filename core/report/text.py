r"""Text of strangers in an export, so that it appears as it is and does nothing: HTML, LaTeX, Markdown, PDF.

Column names, class labels, file and run names come from files that anybody made. A class may be called
`</script>`, `\input{/etc/passwd}` or `[click](javascript:…)`, may hold marks that turn the reading direction
around, or may be 5,000 characters long. Each format has one door here, and all of them pass `one_line` first.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

__all__ = ["LONGEST", "html_text", "latex_text", "markdown_text", "one_line"]

LONGEST = 200  # characters of a name in an export; what is longer ends with …
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # controls, direction marks, halves of pairs, private, unassigned
JOINERS = "\u200c\u200d"  # needed to write Persian, and by some emoji
# What may begin formatting, a link, a picture, a formula, an icon, HTML or a mention anywhere; then what does so at the
# beginning of a line, a bare web address, and `:name:`. The rest stays readable in the file itself.
MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$&#@]|^[-+=](?=\s|[-+=]|$)|(?<=[wW]{3})\.|:(?=[\w+-]+:|//))")
NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': "{''}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}", "-": "{-}", "[": "{[}", "]": "{]}", "*": "{*}",
    "−": "$-$", "–": "--", "…": r"\ldots{}", "·": r"\textperiodcentered{}", "²": r"\textsuperscript{2}", "\u00a0": "~", "\u202f": r"\,",
}  # fmt: skip


def one_line(text: object, limit: int = LONGEST) -> str:
    r"""One line of at most `limit` characters: no control and no direction-changing characters, no line ends.

    Args:
        text: anything from a file, a name or an error message.
        limit: characters after which it is cut with an ellipsis.

    Example:
        >>> one_line("a\u202egpj.exe\n  b"), one_line("abcdef", 4)
        ('agpj.exe b', 'abc…')
    """
    given = str(text)[: 4 * limit + 100]  # what is cut away anyway need not be looked at
    kept = "".join(char for char in " ".join(given.split()) if unicodedata.category(char) not in UNSEEN or char in JOINERS)
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def html_text(text: object, limit: int = LONGEST) -> str:
    """For an element or a quoted attribute of an HTML page.

    Example:
        >>> html_text('"><script>')
        '&quot;&gt;&lt;script&gt;'
    """
    return escape(one_line(text, limit))


def latex_text(text: object, limit: int = LONGEST) -> str:
    r"""For a cell of a LaTeX table: no command, no cell end, no comment.

    A hyphen stands in braces, so that two of them do not become a dash, and so do two commas, which would become a
    quotation mark, and brackets and a star, which a `\\` before them would take for its own.

    Example:
        >>> latex_text(r"50 % & \input{x}")
        '50 \\% \\& \\textbackslash{}input\\{x\\}'
    """
    kept = re.sub("–(?=–)", "\x00", one_line(text, limit))  # two dashes side by side would be a longer one
    return "".join(LATEX.get(char, char) for char in kept).replace(",,", "{,}{,}").replace("\x00", "{--}")


def markdown_text(text: object, limit: int = LONGEST) -> str:
    r"""For a paragraph or a table cell of a Markdown file: no formatting, link, picture, HTML or cell end.

    Example:
        >>> markdown_text("[x](y)|"), markdown_text("1. 2.5")
        ('\\[x\\](y)\\|', '1\\. 2.5')
    """
    return NUMBERED.sub(r"\1\\\2", MARKDOWN.sub(r"\\\1", one_line(text, limit)))
