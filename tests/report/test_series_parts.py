# ruff: noqa: F811  # fixtures are imported by their names
"""Series in a report: seeds, folds and learning curves where they are there, and nothing where they are not."""

from __future__ import annotations

from core.dataset.dataset import Dataset
from core.language import speaking
from core.recipes import make_spec
from core.report.content import Figure, Sentence, Table
from core.report.html import _section as html
from core.report.series import curves_section, folds_section, seeds_section
from core.runs.repeats import fold_specs, seed_specs, share_specs
from core.runs.series import create_series
from core.seal import looks
from core.series_results import SeriesResult
from core.series_shown import newest, results_on, series_names
from core.workspace import Workspace
from tests.pages.results_made import finish
from tests.report.test_report import EVIL
from tests.test_series_results import dataset, made, workspace  # noqa: F401  # fixtures


def told(blocks: object) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Sentence))  # type: ignore[attr-defined]


def only_table(blocks: object) -> Table:
    (found,) = [block for block in blocks if isinstance(block, Table)]  # type: ignore[attr-defined]
    return found


def three(workspace: Workspace, dataset: Dataset, name: str = EVIL) -> list[SeriesResult]:
    spec = make_spec(dataset.info)
    made(workspace, dataset, "seeds", seed_specs(spec, 3), name=name)
    made(workspace, dataset, "folds", fold_specs(spec, 3), name=name)
    made(workspace, dataset, "shares", share_specs(spec, [0.1, 0.25, 0.5, 1.0]), name=name)
    return results_on(workspace, dataset.info.id)


def test_without_series_there_is_nothing(workspace: Workspace, dataset: Dataset) -> None:
    assert (seeds_section([], [], dataset), folds_section([], []), curves_section([], [])) == (None, None, None)
    half = made(workspace, dataset, "seeds", seed_specs(make_spec(dataset.info), 3), done=1)
    assert seeds_section([half], [], dataset) is None  # one training has no spread


def test_each_kind_says_what_the_page_says(workspace: Workspace, dataset: Dataset) -> None:
    results = three(workspace, dataset)
    seeds, folds, curves = seeds_section(results, [], dataset), folds_section(results, []), curves_section(results, [])
    assert seeds is not None and folds is not None and curves is not None
    assert [part.title for part in (seeds, folds, curves)] == ["From seed to seed", "Fold by fold", "Would more data help?"]
    for part in (seeds, folds, curves):
        assert sum(isinstance(block, Figure) and block.dark is not None for block in part.blocks) == 1
    row = only_table(seeds.blocks).rows[0]
    (result,) = newest(results, "seeds")
    assert row[1].text == "3" and row[2].text == f"{100 * (result.mean.value or 0):.1f} %" and row[2].small == ""  # seeds have no interval
    assert [row[place].text for place in (3, 4)] == [f"{100 * value:.1f} %" for value in (min(result.values), max(result.values))]
    assert only_table(folds.blocks).rows[0][2].small  # folds have one
    assert [row[0].text for row in only_table(curves.blocks).rows] == sorted([row[0].text for row in only_table(curves.blocks).rows], key=lambda text: int(text.replace(",", "")))
    assert not looks(dataset)  # one network alone is no question to the test rows
    text = "".join(html(0, part) for part in (seeds, folds, curves))
    assert "<img" not in text and "<script>alert" not in text  # though the network is called so


def test_two_networks_with_seeds_are_judged_and_the_look_is_counted(workspace: Workspace, dataset: Dataset) -> None:
    for name, dropout, skill in (("Weak", 0.3, 0.1), ("Strong", 0.1, 0.9)):
        _series, runs = create_series(workspace, "seeds", seed_specs(make_spec(dataset.info, changes={"dropout": dropout}), 2), name)
        for place, run in enumerate(runs):
            finish(run, dataset, skill, seed=place)
    results = results_on(workspace, dataset.info.id)
    part = seeds_section(results, [], dataset)
    assert part is not None and len(only_table(part.blocks).rows) == 2 and " is better than " in told(part.blocks).replace("worse", "better")
    assert [look.what for look in looks(dataset)][-1] == "more"


def test_two_networks_on_the_same_folds_are_judged(workspace: Workspace, dataset: Dataset) -> None:
    for dropout, skill, seed in ((0.1, 0.7, 0), (0.4, 0.95, 1)):
        made(workspace, dataset, "folds", fold_specs(make_spec(dataset.info, changes={"dropout": dropout}), 5), name="Same", skill=skill, seed=seed)
    results = results_on(workspace, dataset.info.id)
    assert len(set(series_names(newest(results, "folds")))) == 2  # though both are called the same
    part = folds_section(results, [])
    assert part is not None and any(said in told(part.blocks) for said in (" is better than ", " is worse than "))  # the newest is named first


def test_it_speaks_chinese_and_a_series_that_cannot_be_read_hides_only_itself(workspace: Workspace, dataset: Dataset) -> None:
    spec = make_spec(dataset.info)
    made(workspace, dataset, "folds", fold_specs(spec, 2), name="网络")
    broken = made(workspace, dataset, "seeds", seed_specs(spec, 2))
    (workspace.folder / "series" / f"{broken.series.id}.json").write_text("{")
    results = results_on(workspace, dataset.info.id)
    with speaking("zh_CN"):
        part = folds_section(results, [])
    assert len(results) == 1 and part is not None and part.title == "逐折"
