"""The data page: nothing yet, a file being looked at, a stored dataset, files that are no good."""

from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.dataset import job
from core.dataset.dataset import Dataset
from core.dataset.preview import Preview
from core.settings import settings
from core.training import baselines
from core.workspace import Workspace
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, evil_csv, literal, param, raw
from ui import reading
from ui.sources import Source, inbox_folder, receive


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
    control = app.get_by_key(f"as_{source.id}_0_a number")
    assert control.value == "a number"
    control.set_value("classes").run()
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
    assert len(app.get("file_uploader")) == 1  # and the way on stands below


def test_unknown_dataset_is_said(visit: Visit) -> None:
    assert "no dataset" in visit("data", dataset="d-none").error[0].value


def leaky() -> bytes:
    """`boat` is only known of those who lived."""
    rows = "".join(f"{20 + i * 7 % 50},{'m' if i % 3 else 'f'},{i % 9 + 1 if i % 2 else ''},{2000 + i // 12}-{i % 12 + 1:02d}-01,{'yes' if i % 2 else 'no'}\n" for i in range(240))
    return f"age,sex,boat,day,lived\n{rows}".encode()


def test_while_it_reads_the_page_says_how_far_it_is(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def spawn(folder: Path, place: Path) -> None:
        job.write_json(place / "progress.json", {"stage": "Reading", "done": 500_000_000, "total": 1_000_000_000, "rows": 12_000})

    monkeypatch.setattr(job, "_spawn", spawn)
    monkeypatch.setattr(job, "_alive", lambda folder: True)
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    (bar,) = app.get("progress")
    assert (bar.value, literal(bar.text)) == (50, "Reading · 500.0 MB of 1.0 GB · 12,000 rows")
    assert app.button(key="use").disabled
    app = visit("data", draft=source.id)  # a reload finds the same work
    assert len(app.get("progress")) == 1
    app.button(key="cancel").click().run()
    assert "Cancelled. Nothing of “people.csv” was stored; the file itself is untouched." in everything(app)
    assert "draft" not in app.query_params
    assert not list((workspace.folder / "uploads").iterdir())


def test_a_process_that_died_is_said_and_tried_again(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dead:
        dead.setattr(job, "_spawn", lambda folder, place: None)
        app = visit("data", draft=keep(workspace, table()).id)
        assert "ended in the middle" in app.error[0].value
        assert "use" not in [button.key for button in app.button]
    app.button(key="try_again").click().run()
    assert "200 rows" in everything(app)


@pytest.mark.parametrize("content", ["", "{}", None])
def test_a_preview_that_cannot_be_read_is_made_again(visit: Visit, workspace: Workspace, content: str | None) -> None:
    source = keep(workspace, table())
    visit("data", draft=source.id)
    (made,) = source.folder.glob("look-*.json")
    made.unlink() if content is None else made.write_text(content)
    assert "200 rows" in everything(visit("data", draft=source.id))


def test_of_a_sample_the_page_says_so(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = keep(workspace, table())
    visit("data", draft=source.id)
    (made,) = source.folder.glob("look-*.json")
    preview = Preview.model_validate_json(made.read_bytes())
    sampled = preview.model_copy(update={"total": 5_000_000, "info": preview.info.model_copy(update={"sampled_rows": 200})})
    made.write_text(sampled.model_dump_json())
    app = visit("data", draft=source.id)
    assert "**5,000,000 rows**" in everything(app)
    assert "200 of 5,000,000 rows looked at" in everything(app)
    assert "about 3,400,000" in [metric.value for metric in app.metric]  # 136 of the 200 train


def targets(app: AppTest) -> list[str]:
    """Columns that may be predicted."""
    (box,) = [box for box in app.selectbox if box.label == "What should be predicted?"]
    return list(box.options)


def test_how_it_was_read_can_be_overruled(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, "年龄;流失\n".encode("gbk") + "".join(f"{i % 50};{'是' if i % 2 else '否'}\n" for i in range(200)).encode("gbk"))
    app = visit("data", draft=source.id)
    assert "流失" in everything(app)
    app.selectbox(key=f"delimiter_{source.id}").set_value("|").run()
    assert_sound(app)
    assert "semicolon" not in [box.label for box in app.get("expander")][0]
    app.selectbox(key=f"delimiter_{source.id}").set_value(";").run()
    app.number_input(key=f"header_row_{source.id}").set_value(0).run()
    assert_sound(app)
    assert targets(app) == ["column_1", "column_2"]  # the first line is a row now
    assert not workspace.datasets()
    assert targets(app) == targets(visit("data", draft=source.id))


@pytest.mark.parametrize("value", [-1, 10**9])
def test_a_header_far_away_is_no_crash(visit: Visit, workspace: Workspace, value: int) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.number_input(key=f"header_row_{source.id}").set_value(value).run()
    assert_sound(app)
    assert "200 rows" in everything(app)


def test_a_choice_that_fails_can_be_taken_back(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.number_input(key=f"header_row_{source.id}").set_value(900).run()  # there are 201 lines
    assert app.error
    assert "use" not in [button.key for button in app.button]
    app.button(key="go_back").click().run()
    assert not app.error
    assert "200 rows" in everything(app)
    assert app.number_input(key=f"header_row_{source.id}_1").value is None


def test_a_leak_is_repaired_by_a_click_and_the_click_undone(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, leaky(), "titanic.csv")
    app = visit("data", draft=source.id)
    (button,) = [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    button.click().run()
    assert_sound(app)
    assert "Repaired" in everything(app)
    app = visit("data", draft=source.id)  # a reload keeps it
    assert not [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    app.button(key="undo_0").click().run()
    assert [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    app.button(key=button.key).click().run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert [(repair.code, repair.column) for repair in dataset.info.repairs] == [("possible_leak", "boat")]
    assert "boat" not in dataset.info.inputs
    assert "boat" in everything(visit("data", dataset=dataset.id))


def test_the_split_is_chosen(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, leaky())
    app = visit("data", draft=source.id)
    way = next(control for control in app.segmented_control if control.label.startswith("How shall"))
    way.set_value("time").run()
    assert "2000-01-01" in everything(app)
    way = next(control for control in app.segmented_control if control.label.startswith("How shall"))
    way.set_value("group").run()
    assert_sound(app)
    by = next(box for box in app.selectbox if box.label == "Column")
    by.set_value(0).run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert dataset.info.split_by.kind == "group"
    assert "Training" in [metric.label for metric in visit("data", dataset=dataset.id).metric]


def test_the_seed_is_chosen(visit: Visit, workspace: Workspace) -> None:
    app = visit("data", draft=keep(workspace, table()).id)
    next(box for box in app.number_input if box.label == "Seed").set_value(7).run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert dataset.info.source["seed"] == 7


def test_many_columns_come_in_pages_and_are_searched(visit: Visit, workspace: Workspace) -> None:
    names = [f"column {i}" for i in range(300)]
    rows = "".join(",".join(str(i * 7 % (n + 50)) for i in range(300)) + f",{'yes' if n % 2 else 'no'}\n" for n in range(60))
    app = visit("data", draft=keep(workspace, (",".join([*names, "answer"]) + "\n" + rows).encode()).id)
    assert len(app.data_editor[0].value) == 20
    app.get_by_key("column_page_15").set_value(15).run()
    assert app.data_editor[0].value["name"].tolist()[-1] == "column 299"
    app.text_input(key="column_search").set_value("COLUMN 29").run()
    assert len(app.data_editor[0].value) == 11
    app.text_input(key="column_search").set_value("<img src=x>").run()
    assert "No column has that" in everything(app)


def test_a_large_file_is_stored_by_another_process(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, started: list[str]) -> None:
    monkeypatch.setattr(reading, "SMALL_CELLS", 0)
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.selectbox(key=f"target_{source.id}").set_value(1).run()
    app.button(key="use").click().run()
    assert_sound(app)
    (dataset,) = workspace.datasets()
    assert (dataset.info.target, started) == ("job", [dataset.id])
    assert param(app, "dataset") == dataset.id
    assert not list((workspace.folder / "uploads").iterdir())


def test_storing_that_is_cancelled_keeps_the_file(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    with monkeypatch.context() as busy:
        busy.setattr(reading, "SMALL_CELLS", 0)
        busy.setattr(job, "_spawn", lambda folder, place: None)
        busy.setattr(job, "_alive", lambda folder: True)
        app.button(key="use").click().run()
        assert "Storing the data" in everything(app)
        app.button(key="cancel").click().run()
    assert "200 rows" in everything(app)
    assert not workspace.datasets()


def test_a_full_disk_is_said_and_the_file_stays(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    app = visit("data", draft=keep(workspace, table()).id)
    with monkeypatch.context() as small:
        small.setattr(np, "save", full)
        app.button(key="use").click().run()
    assert "no room on the disk" in app.warning[0].value
    assert not workspace.datasets()
    app.button(key="use").click().run()
    assert len(workspace.datasets()) == 1


def test_a_file_of_the_inbox_is_read_where_it_lies(visit: Visit, workspace: Workspace) -> None:
    place = inbox_folder() / "大 <b>file.csv"
    place.write_bytes(table())
    app = visit("data")
    assert str(inbox_folder()) in [code.value for code in app.code]
    assert "<b>" not in raw(app)
    next(button for button in app.button if button.label == "Read it").click().run()
    assert "200 rows" in everything(app)
    app.button(key="use").click().run()
    assert len(workspace.datasets()) == 1
    assert place.exists()


def test_a_file_that_left_the_inbox_is_said(visit: Visit, workspace: Workspace) -> None:
    place = inbox_folder() / "a.csv"
    place.write_bytes(table())
    app = visit("data")
    next(button for button in app.button if button.label == "Read it").click().run()
    draft = param(app, "draft")
    place.unlink()
    assert "no longer in the inbox" in visit("data", draft=draft).error[0].value


def test_on_a_shared_server_there_is_no_inbox(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox_folder() / "secret.csv").write_bytes(table())
    monkeypatch.setenv("LIMELIGHT_SHARED", "1")
    settings.cache_clear()
    app = visit("data")
    assert "Read it" not in [button.label for button in app.button]
    assert "inbox" not in everything(app)


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
