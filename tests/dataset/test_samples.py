import pytest

from core.dataset.ingest import inspect
from core.dataset.samples import FOLDER, TEMPLATES, Template, load, template
from core.errors import NotFound

ROWS = {"titanic": 1309, "fashion": 4000, "movie-reviews": 10605, "chinese-reviews": 10000}


@pytest.mark.parametrize("ready", TEMPLATES, ids=lambda ready: ready.id)
def test_every_template_can_be_stored_as_it_is(ready: Template) -> None:
    draft = inspect(load(ready), ready.file.name)
    assert draft.ready
    assert (draft.target, draft.rows) == (ready.target, ROWS[ready.id])
    assert "possible_leak" not in {finding.code for finding in draft.findings}
    expected = {"table": "number", "pictures": "image", "text": "text"}[ready.kind]
    assert expected in {column.type.value for column in draft.columns if column.name in draft.inputs}


@pytest.mark.parametrize("ready", TEMPLATES, ids=lambda ready: ready.id)
def test_every_template_is_small_and_its_licence_is_named(ready: Template) -> None:
    assert ready.file.stat().st_size <= 3_000_000
    assert ready.licence in {"MIT", "Apache-2.0", "BSD-3-Clause", "CC0-1.0"}
    line = next(line for line in (FOLDER / "LICENCES.md").read_text().splitlines() if f"`{ready.file.name}`" in line)
    assert line.rstrip(" |").endswith(ready.licence)


def test_every_file_in_the_folder_is_a_template() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {ready.file.name for ready in TEMPLATES} | {"LICENCES.md"}


def test_an_unknown_template_is_a_sentence() -> None:
    with pytest.raises(NotFound, match="Choose one of: titanic"):
        template("nope")
    assert template("fashion").kind == "pictures"
