"""The model page: without data, with data, settings that are refused, and Train."""

from __future__ import annotations

import pytest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.recipes import RECIPES, make_spec
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training import room
from core.workspace import Workspace
from tests.pages.conftest import NotingLauncher, Visit, everything, literal, param, raw
from ui import settings_form


def parameters(shown: object) -> int:
    return int(str(shown.metric[0].value).replace(",", ""))  # type: ignore[attr-defined]


def test_without_data_it_says_what_will_be_here(visit: Visit) -> None:
    app = visit("model")
    assert "First it needs data" in everything(app)
    app.button(key="empty_next").click().run()
    assert not app.exception


def test_recipes_are_offered_and_the_unfitting_ones_say_why(visit: Visit, people: Dataset) -> None:
    app = visit("model", dataset=people.id)
    text = everything(app)
    assert all(recipe.title in text for recipe in RECIPES.values())
    assert "needs pictures" in text
    assert not [button for button in app.button if button.key == "choose_cnn"]
    assert "Input" in text


def test_another_recipe_is_chosen_and_stays_in_the_address(visit: Visit, workspace: Workspace) -> None:
    texts = "".join(f"{'good' if i % 2 else 'bad'} film number {i} with many words of its own,{i % 2}\n" for i in range(120))
    dataset = ingest(f"text,liked\n{texts}".encode(), workspace, target="liked", types={"text": "text"})
    app = visit("model", dataset=dataset.id)
    app.button(key="choose_text_recurrent").click().run()
    assert param(app, "recipe") == "text_recurrent"
    assert "Recurrent" in everything(visit("model", dataset=dataset.id, recipe="text_recurrent"))
    assert not app.exception


def test_preview_follows_settings_and_presets(visit: Visit, people: Dataset) -> None:
    app = visit("model", dataset=people.id)
    before = parameters(app)
    app.slider(key=f"set_{people.id}_mlp_balanced_layers").set_value(4).run()
    deeper = parameters(app)
    assert deeper > before
    app.get_by_key("preset").set_value("quick").run()
    assert parameters(app) < before
    assert param(app, "preset") == "quick"
    assert visit("model", dataset=people.id, preset="quick").metric[0].value == app.metric[0].value


def test_too_large_a_network_is_refused_with_a_sentence(visit: Visit, people: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PARAMETERS", "1000")
    settings.cache_clear()
    app = visit("model", dataset=people.id)
    assert "parameters" in app.error[0].value
    assert app.button(key="train").disabled
    assert app.button(key="train_top").disabled


@pytest.mark.parametrize("sent", [{"units": 10**9}, {"learning_rate": -1.0}, {"layers": "many"}, {"no_such_setting": 1}])
def test_what_a_browser_sends_is_checked_again(visit: Visit, people: Dataset, monkeypatch: pytest.MonkeyPatch, sent: dict[str, object]) -> None:
    """Ranges of widgets are kept by the browser only; another client sends what it likes."""
    monkeypatch.setattr(settings_form, "settings_form", lambda *_: sent)
    app = visit("model", dataset=people.id)
    assert next(iter(sent)) in literal(app.error[0].value)
    assert app.button(key="train").disabled


def test_no_inputs_are_refused(visit: Visit, people: Dataset) -> None:
    app = visit("model", dataset=people.id)
    app.get_by_key(f"inputs_{people.id}").set_value([]).run()
    assert "at least one input" in app.error[0].value


def test_train_creates_and_submits_the_run(visit: Visit, people: Dataset, workspace: Workspace, launcher: NotingLauncher) -> None:
    app = visit("model", dataset=people.id)
    app.text_input(key="run_name").set_value("Attempt").run()
    app.slider(key=f"set_{people.id}_mlp_balanced_layers").set_value(1).run()
    app.get_by_key(f"inputs_{people.id}").set_value(["0"]).run()
    app.button(key="train").click().run()
    (run,) = workspace.runs()
    assert launcher.submitted == [run.id]
    assert run.status.state is RunState.QUEUED
    assert run.spec.name == "Attempt"
    assert run.spec.settings["layers"] == 1
    assert run.spec.inputs == ("age",)
    assert run.spec.preset == "custom"
    assert param(app, "run") == run.id
    assert "jax" in launcher.warmed
    place, rehearsed = launcher.drafts[-1]
    assert (place.folder, rehearsed) == (workspace.folder, run.spec)  # type: ignore[attr-defined]  # what was pressed is what was rehearsed


def test_a_press_alone_starts_what_was_shown_before_the_page_is_drawn_anew(visit: Visit, people: Dataset, workspace: Workspace, launcher: NotingLauncher) -> None:
    app = visit("model", dataset=people.id, preset="quick")
    app.slider(key=f"set_{people.id}_mlp_quick_layers").set_value(3).run()
    drawn = len(launcher.warmed)
    app.button(key="train_top").click().run()
    (run,) = workspace.runs()
    assert (run.spec.settings["layers"], run.spec.preset, param(app, "run")) == (3, "custom", run.id)
    assert len(launcher.warmed) == drawn  # it never came to the place where the page prepares the spare


def test_the_first_press_after_the_page_was_opened_from_another_is_as_quick(visit: Visit, people: Dataset, workspace: Workspace, launcher: NotingLauncher) -> None:
    """What the page before left behind, and what is drawn below the offer, is no answer of this page."""
    app = visit("data", dataset=people.id)
    app.switch_page("pages/model.py").run()
    assert not app.exception
    drawn = len(launcher.warmed)
    app.button(key="train").click().run()
    (run,) = workspace.runs()
    assert param(app, "run") == run.id
    assert len(launcher.warmed) == drawn


def test_the_settings_of_a_run_that_failed_are_there_to_be_changed(visit: Visit, people: Dataset, workspace: Workspace, launcher: NotingLauncher) -> None:
    """Also what no preset has: else the form shows other values than those that failed."""
    spec = make_spec(people.info, recipe="mlp", preset="quick", changes={"layers": 4, "units": 96, "batch_size": 16, "dropout": 0.35}, inputs=["age"], seed=7, backend="jax")
    run = Run.create(workspace.runs_folder, spec)
    for state in (RunState.STARTING, RunState.FAILED):
        run.update(state=state)
    app = visit("train", run=run.id)
    app.button(key="change").click().run()
    assert (param(app, "like"), param(app, "recipe"), param(app, "preset")) == (run.id, "mlp", "balanced")
    assert app.session_state[f"form_turn_{people.id}_mlp_balanced_{run.id}"] == 1  # not where an earlier look at them ended
    app = visit("model", dataset=people.id, recipe="mlp", preset="balanced", like=run.id)
    assert f"The fields start from the settings of {spec.name}." in everything(app)
    key = f"set_{people.id}_mlp_balanced_{run.id}"
    assert (app.slider(key=f"{key}_layers").value, app.number_input(key=f"seed_{run.id}").value) == (4, 7)
    app.slider(key=f"{key}_layers").set_value(2).run()
    app.button(key="train").click().run()
    new = next(other for other in workspace.runs() if other.id != run.id).spec
    assert new.model_copy(update={"name": spec.name}) == spec.model_copy(update={"settings": {**spec.settings, "layers": 2}})
    app = visit("model", dataset=people.id, recipe="mlp", preset="balanced", like=run.id)
    app.session_state[f"form_turn_{people.id}_mlp_balanced_{run.id}"] = 1  # as after one more press of "Change the settings", below
    app.run()
    assert app.slider(key=f"{key}_1_layers").value == 4 and app.number_input(key=f"seed_{run.id}_1").value == 7
    app.get_by_key("preset").set_value("quick").run()
    assert "like" not in app.query_params
    assert app.slider(key=f"set_{people.id}_mlp_quick_layers").value == RECIPES["mlp"].presets["quick"].settings.layers
    visit("model", dataset=people.id, like="../no-such-run")


def test_one_press_brings_the_preset_back(visit: Visit, people: Dataset) -> None:
    preset = RECIPES["mlp"].presets["quick"]
    app = visit("model", dataset=people.id, preset="quick")
    assert not [button for button in app.button if button.key == "form_back"]
    app.slider(key=f"set_{people.id}_mlp_quick_layers").set_value(4)
    app.number_input(key=f"set_{people.id}_mlp_quick_training_epochs").set_value(3).run()
    before = parameters(app)
    app.button(key="form_back").click().run()
    assert app.slider(key=f"set_{people.id}_mlp_quick_1_layers").value == preset.settings.layers
    assert app.number_input(key=f"set_{people.id}_mlp_quick_1_training_epochs").value == preset.training.epochs
    assert parameters(app) < before and not [button for button in app.button if button.key == "form_back"]


def test_what_was_typed_for_other_data_is_not_taken_along(visit: Visit, people: Dataset, workspace: Workspace) -> None:
    other = ingest(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i % 2) for i in range(200)), workspace, target="b")
    app = visit("model", dataset=people.id, preset="quick")
    app.slider(key=f"set_{people.id}_mlp_quick_layers").set_value(4).run()
    app.query_params["dataset"] = other.id
    app.run()
    assert app.slider(key=f"set_{other.id}_mlp_quick_layers").value == RECIPES["mlp"].presets["quick"].settings.layers


def test_a_press_together_with_a_change_starts_what_was_changed(visit: Visit, people: Dataset, workspace: Workspace, launcher: NotingLauncher) -> None:
    app = visit("model", dataset=people.id, preset="quick")
    drawn = len(launcher.warmed)
    app.slider(key=f"set_{people.id}_mlp_quick_layers").set_value(3)
    app.text_input(key="run_name").set_value("At once")
    app.button(key="train").click().run()
    (run,) = workspace.runs()
    assert (run.spec.settings["layers"], run.spec.name) == (3, "At once")
    assert len(launcher.warmed) == drawn + 1


def test_memory_that_went_away_since_the_page_was_drawn_starts_nothing(visit: Visit, people: Dataset, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [10**12]
    monkeypatch.setattr(room, "free_memory_bytes", lambda: free[0])
    app = visit("model", dataset=people.id)
    free[0] = 1_000_000
    app.button(key="train").click().run()
    assert not workspace.runs()
    assert app.button(key="train").disabled
    assert "memory" in app.warning[0].value


def test_full_quota_is_said_and_nothing_is_made(visit: Visit, people: Dataset, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_BYTES", "1")
    settings.cache_clear()
    app = visit("model", dataset=people.id)
    app.button(key="train_top").click().run()
    assert "Delete something" in app.warning[0].value
    assert not workspace.runs()


def test_hostile_names_stand_as_they_are(visit: Visit, evil: Dataset) -> None:
    app = visit("model", dataset=evil.id)
    assert evil.info.name[:40] in everything(app)
    assert "](" not in raw(app)
    assert "<img" not in raw(app)


def test_what_it_needs_stands_beside_train(visit: Visit, people: Dataset) -> None:
    app = visit("model", dataset=people.id)
    assert "Needs about" in everything(app)
    assert not app.button(key="train").disabled


def test_too_little_memory_proposes_a_batch_and_one_click_takes_it(visit: Visit, people: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [10**12]
    monkeypatch.setattr(room, "free_memory_bytes", lambda: free[0])
    monkeypatch.setitem(room.ENGINES, "jax", room.Engine(fixed_bytes=0, activations=4.5, copies=2.0, export_bytes=0, export_copies=0))
    app = visit("model", dataset=people.id, preset="thorough")
    app.number_input(key=f"set_{people.id}_mlp_thorough_training_batch_size").set_value(8192)
    free[0] = 100_000_000  # the layers make 226 MB of 8192 rows
    app.run()
    assert app.button(key="train").disabled
    assert "A batch of 2048 rows instead of 8192 would fit." in everything(app)
    app.button(key="batch_that_fits").click().run()
    assert app.number_input(key=f"set_{people.id}_mlp_thorough_training_batch_size").value == 2048
    assert not app.button(key="train").disabled
    assert not app.exception
