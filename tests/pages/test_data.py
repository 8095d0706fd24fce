"""The data page: nothing yet, a file being looked at, a stored dataset, files that are no good."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.training import baselines
from core.workspace import Workspace
from tests.pages.conftest import EVIL, Visit, everything, evil_csv, param, raw
from ui.sources import Source, receive


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of datasets whose baselines were started; no process is."""
    ids: list[str] = []
    monkeypatch.setattr(baselines, "start", lambda dataset: ids.append(dataset.id))
    return ids


def keep(workspace: Workspace, content: bytes, name: str = "people.csv") -> Source:
    return receive(workspace, name, memoryview(content))


def table(target: str = "yes,no") -> bytes:
    classes = target.split(",")
    return ("age,job,churn\n" + "".join(f"{20 + i % 40},{'cook' if i % 3 else 'smith'},{classes[i % len(classes)]}\n" for i in range(200))).encode()


def pictures() -> bytes:
    buffer = io.BytesIO()
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as file:
        for label in ("cats & <b>dogs</b>", "birds"):
            for i in range(12):
                picture = io.BytesIO()
                Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)).save(picture, "PNG")
                file.writestr(f"{label}/{i}.png".replace("</b>", ""), picture.getvalue())
    return buffer.getvalue()


def strips(app: AppTest) -> list[str]:
    """Alternative texts of the strips of pictures."""
    return [alt for image in app.get("image") for alt in [picture.alt for picture in image.proto.imgs] if "examples" in alt]


def test_empty_offers_upload_and_examples(visit: Visit) -> None:
    app = visit("data")
    assert len(app.get("file_uploader")) == 1
    assert app.button(key="empty_next").label


def test_upload_is_kept_and_shown(visit: Visit, workspace: Workspace) -> None:
    app = visit("data")
    app.get("file_uploader")[0].upload("people.csv", table()).run()
    assert param(app, "draft").startswith("f")
    assert "200 rows" in everything(app)
    assert not app.exception


def test_draft_is_stored_with_its_choices(visit: Visit, workspace: Workspace, started: list[str]) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    assert not app.button(key="use").disabled
    app.selectbox(key=f"target_{source.id}").set_value(1).run()
    app.text_input(key=f"name_{source.id}").set_value("Who cooks").run()
    app.button(key="use").click().run()
    assert not app.exception
    (dataset,) = workspace.datasets()
    assert dataset.info.target == "job"
    assert dataset.info.name == "Who cooks"
    assert param(app, "dataset") == dataset.id
    assert "draft" not in app.query_params
    assert started == [dataset.id]
    assert not source.path.exists()


def test_number_can_be_predicted_as_classes_or_as_a_number(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.selectbox(key=f"target_{source.id}").set_value(0).run()
    key = f"as_{source.id}_age"
    assert app.get_by_key(key).value == "a number"
    app.get_by_key(key).set_value("classes").run()
    assert "one of 40 classes" in everything(app)


def test_reload_finds_the_file_again(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    assert "200 rows" in everything(visit("data", draft=source.id))
    assert "200 rows" in everything(visit("data", draft=source.id))


def test_pictures_are_shown_by_class(visit: Visit, workspace: Workspace) -> None:
    app = visit("data", draft=keep(workspace, pictures(), "animals.zip").id)
    assert len(strips(app)) == 2
    assert "birds" in [text.value for text in app.text]
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert len(strips(visit("data", dataset=dataset.id))) == 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "picture.csv"),
        (table("yes"), "one_class.csv"),
        (b"text,label\n" + b",yes\n,no\n" * 50, "no_text.csv"),
        (b"PK\x05\x06" + b"\0" * 18, "no_pictures.zip"),
        (b"a\n1\n", "one_row.csv"),
    ],
)
def test_bad_files_get_a_sentence_and_store_nothing(visit: Visit, workspace: Workspace, content: bytes, name: str) -> None:
    app = visit("data", draft=keep(workspace, content, name).id)
    refused = [box.value for box in app.error]
    stopped = [button for button in app.button if button.key == "use" and button.disabled]
    assert refused or stopped
    assert not workspace.datasets()


def test_lost_upload_is_said(visit: Visit) -> None:
    app = visit("data", draft="f0")
    assert "no longer here" in app.error[0].value


def test_unknown_dataset_is_said(visit: Visit) -> None:
    assert "no dataset" in visit("data", dataset="d-none").error[0].value


def test_stored_dataset_is_shown(visit: Visit, people: Dataset) -> None:
    app = visit("data", dataset=people.id)
    assert "People" in everything(app)
    assert "sealed" in everything(app)
    assert app.get("plotly_chart")
    app.button(key="data_next").click().run()
    assert not app.exception
    assert param(app, "dataset") == people.id


def test_hostile_names_stand_as_they_are(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    for app in (visit("data", dataset=evil.id), visit("data", draft=keep(workspace, evil_csv(), f"{EVIL}.csv").id)):
        assert EVIL[:30] in everything(app)
        assert "](" not in raw(app)
        assert "<img" not in raw(app)
        assert "<img" not in app.get("plotly_chart")[0].proto.spec
