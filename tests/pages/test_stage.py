"""The stage: no model, a form for every type of column, a real row, a whole file, models that cannot be opened."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import numpy as np
import pytest
from PIL import Image

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import Part
from core.predict import Predictor
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, param, raw
from ui.picture_box import fitted

REVIEWS = ("a warm and clever film that I would see again", "dull, long and without one honest moment in it")


@pytest.fixture
def people(workspace: Workspace) -> Dataset:
    """Two columns that say little about the answer, so that both stay inputs."""
    chance = np.random.default_rng(3)
    rows = "".join(f"{20 + i % 40},{'cook' if i % 3 else 'smith'},{chance.choice(['yes', 'no'])}\n" for i in range(200))
    return ingest(f"age,job,churn\n{rows}".encode(), workspace, file_name="people.csv", target="churn")


def mixed(workspace: Workspace, target: str = "bought") -> Dataset:
    """Numbers with gaps, whole numbers, a category, days, texts; two classes or a price."""
    chance = np.random.default_rng(0)
    rows = "".join(
        f"{'' if i % 9 == 0 else 1.5 + i % 7},{i % 40 + 18},{'red' if i % 3 else 'blue'},2026-01-{i % 28 + 1:02d},"
        f"\"{REVIEWS[i % 2]} number {i % 31}\",{chance.choice(['yes', 'no'])},{100 * chance.random():.3f}\n"
        for i in range(240)
    )
    header = "weight,age,colour,day,review,bought,price\n"
    return ingest((header + rows).encode(), workspace, file_name="mixed.csv", target=target)


def test_without_data_it_says_what_comes_here(visit: Visit) -> None:
    app = visit("stage")
    assert "first it needs data" in everything(app).lower() and app.button(key="empty_next").label


def test_without_a_model_it_leads_to_one(visit: Visit, people: Dataset) -> None:
    app = visit("stage", dataset=people.id)
    assert "trained model first" in everything(app) and not app.slider


def test_the_form_has_a_field_for_each_type(visit: Visit, workspace: Workspace) -> None:
    dataset = mixed(workspace)
    run = made.model(workspace, dataset)
    app = visit("stage", run=run.id)
    sliders = {slider.label: slider for slider in app.slider}
    assert (sliders["weight"].min, sliders["weight"].max) == (1.5, 7.5)
    assert (sliders["age"].min, sliders["age"].max) == (18, 57) and isinstance(sliders["age"].value, int)
    assert [box.label for box in app.checkbox] == ["Not known"]  # only weight has gaps
    assert app.selectbox[0].options == ["red", "blue", "Another value", "Empty"]
    assert isinstance(app.date_input[0].value, date)
    assert any(review in app.text_input[0].value for review in REVIEWS)  # it starts with a real text
    assert app.title[1].value in {"yes", "no"} and len(app.progress) == 2


def test_the_answer_is_that_of_the_model(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    app = visit("stage", run=run.id)
    app.slider[0].set_value(25).run()
    app.selectbox[0].select("smith").run()
    assert_sound(app)
    expected = Predictor.open(run).predict_row({"age": 25, "job": "smith"})
    assert app.title[1].value == expected.values[0]
    assert [bar.value for bar in app.progress] == pytest.approx([100 * share for share in expected.scores[0]], abs=1)


def test_a_number_that_is_not_known_is_missing(visit: Visit, workspace: Workspace) -> None:
    app = visit("stage", run=made.model(workspace, mixed(workspace)).id)
    app.checkbox[0].check().run()
    assert_sound(app)
    assert next(slider for slider in app.slider if slider.label == "weight").disabled and "missing" in everything(app)


def test_a_random_test_row_brings_its_true_answer(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    app = visit("stage", run=run.id)
    assert "true answer" not in everything(app)
    app.button(key="surprise").click().run()
    assert_sound(app)
    known = app.session_state[f"row_{run.id}"]
    assert known.row in people.rows_of(Part.TEST)
    row = people.table(rows=np.array([known.row])).row(0, named=True)
    assert (app.slider[0].value, app.selectbox[0].value) == (row["age"], row["job"])
    assert f"The true answer is **{row['churn']}**" in everything(app)
    app.slider[0].set_value(20 if row["age"] != 20 else 21).run()
    assert "You changed the row" in everything(app) and "The true answer is" not in everything(app)


def test_a_number_is_answered_with_its_usual_error(visit: Visit, workspace: Workspace) -> None:
    app = visit("stage", run=made.model(workspace, mixed(workspace, "price")).id)
    assert float(app.title[1].value) and "typically off by" in everything(app)
    app.button(key="surprise").click().run()
    assert_sound(app)
    assert "off by" in everything(app)


def test_a_file_comes_back_with_one_answer_for_each_row(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    app = visit("stage", run=run.id)
    app.file_uploader[0].upload("new.csv", b"job,age,more\ncook,30,x\nsmith,44,y\nsmith,,z\n").run()
    assert_sound(app)
    frame = app.dataframe[0].value
    assert list(frame.columns) == ["row", "prediction", "probability_no", "probability_yes"] and list(frame["row"]) == [1, 2, 3]
    assert "3 rows predicted" in everything(app) and "does not use the column 'more'" in everything(app)
    assert app.download_button[0].label.startswith("Download")


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"age\n3\n", "job"), (b"age,job\n", "rows")])
def test_a_file_that_does_not_fit_gets_a_sentence(visit: Visit, workspace: Workspace, people: Dataset, content: bytes, words: str) -> None:
    app = visit("stage", run=made.model(workspace, people).id)
    app.file_uploader[0].upload("new.csv", content).run()
    assert_sound(app)
    assert words in app.error[0].value and not app.dataframe and app.slider


def picture(mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(*pictures: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in pictures:
            file.writestr(name, data)
    return buffer.getvalue()


def pictures(workspace: Workspace) -> Dataset:
    buffer = [(f"{label}/{i}.png", grey_square(i, label)) for label in ("cat", "dog", "owl") for i in range(20)]
    return ingest(zipped(*buffer), workspace, file_name="animals.zip")


def grey_square(number: int, label: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (16, 16), number * 10 + len(label)).save(buffer, "PNG")
    return buffer.getvalue()


def test_pictures_start_with_a_test_picture_and_take_an_upload(visit: Visit, workspace: Workspace) -> None:
    app = visit("stage", run=made.model(workspace, pictures(workspace)).id)
    assert "The true answer is" in everything(app) and "16 × 16 pixels in grey" in everything(app)
    assert not app.camera_input  # the camera is asked for only when it is wanted
    app.get("segmented_control")[0].set_value("camera").run()
    assert len(app.camera_input) == 1 and "Choose a picture" in app.info[0].value
    app.get("segmented_control")[0].set_value("upload").run()
    app.file_uploader[0].upload("holiday.png", picture()).run()
    assert_sound(app)
    assert "true answer" not in everything(app) and len(app.progress) == 3  # nobody knows it
    app.file_uploader[0].upload("broken.png", b"no picture").run()
    assert_sound(app)
    assert "cannot be used" in app.error[0].value


def test_a_zip_of_pictures_comes_back_with_answers(visit: Visit, workspace: Workspace) -> None:
    app = visit("stage", run=made.model(workspace, pictures(workspace)).id)
    app.file_uploader[0].upload("new.zip", zipped(("b.png", picture()), ("a.png", picture("L")))).run()
    assert_sound(app)
    assert sorted(app.dataframe[0].value["name"]) == ["a.png", "b.png"]


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
@pytest.mark.parametrize("channels", [1, 3])
def test_one_picture_is_read_as_a_zip_of_pictures_is(mode: str, channels: int) -> None:
    from core.dataset.readers.pictures import read_unlabelled
    from core.dataset.readers.source import Source

    shape = (12, 9, channels)
    alone = fitted(picture(mode), shape)
    beside = read_unlabelled(Source.of(zipped(("a.png", picture(mode))), "a.zip"), shape).images[0]
    np.testing.assert_array_equal(alone, beside)


def test_another_model_is_chosen_and_kept_in_the_address(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    first, second = made.model(workspace, people, name="Same"), made.model(workspace, people, name="Same")
    app = visit("stage", dataset=people.id)
    labels = app.selectbox(key="stage_model").options
    assert len(set(labels)) == 2
    other = next(run for run in (first, second) if run.id != param(app, "run"))
    app.selectbox(key="stage_model").select(f"Same · {other.id[-4:]}").run()
    assert param(app, "run") == other.id and len(app.slider) == 1


def test_a_model_whose_data_are_gone_still_answers(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    workspace.delete(people.id)
    app = visit("stage", run=run.id)
    assert app.title[1].value in {"yes", "no"} and not [button for button in app.button if button.key == "surprise"]


@pytest.mark.parametrize("file", ["model.onnx", "preprocess.json"])
def test_a_damaged_model_says_so(visit: Visit, workspace: Workspace, people: Dataset, file: str) -> None:
    run = made.model(workspace, people)
    run.path(file).write_bytes(b"{")
    app = visit("stage", run=run.id)
    assert "cannot be read" in app.error[0].value or "damaged" in app.error[0].value
    assert not app.slider


def test_a_run_without_a_model_is_not_offered(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    run.path("model.onnx").unlink()
    app = visit("stage", run=run.id)
    assert any("needs a trained model first" in text.value for text in app.markdown)
    assert not app.slider


def test_a_run_that_is_not_here(visit: Visit) -> None:
    app = visit("stage", run="r20200101-00000000")
    assert "no run" in app.error[0].value


def test_names_of_an_enemy_stay_text(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    run = made.model(workspace, evil, name=EVIL[:100])
    app = visit("stage", run=run.id)
    app.button(key="surprise").click().run()
    assert_sound(app)
    assert EVIL[:30] in everything(app)
    for markup in ("<img", "](javascript", ":red[y", ":tada:", "$a$", "**b**"):
        assert markup not in raw(app)
        assert all(markup not in re.sub(r"\\.", "", text) for text in (app.slider[0].label, *(bar.text for bar in app.progress)))
