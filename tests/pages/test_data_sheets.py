"""The data page and workbooks: the wrong sheet is one choice away from the right one."""

from __future__ import annotations

from core.workspace import Workspace
from tests.dataset.workbooks import sheet_xml, xlsx_bytes
from tests.pages.conftest import Visit, assert_sound, everything
from ui.sources import receive

ROWS = [["age", "churn"], *([20 + i, "yes" if i % 2 else "no"] for i in range(30))]


def test_an_empty_sheet_leaves_the_others_at_hand(visit: Visit, workspace: Workspace) -> None:
    book = xlsx_bytes({"cover": sheet_xml([]), "people": sheet_xml(ROWS)})
    source = receive(workspace, "people.xlsx", memoryview(book))
    app = visit("data", draft=source.id)
    assert "30 rows" in everything(app)
    app.selectbox(key=f"sheet_{source.id}").set_value(0).run()
    assert "is empty" in app.error[0].value
    app.selectbox(key=f"sheet_{source.id}").set_value(1).run()
    assert_sound(app)
    assert "30 rows" in everything(app)
