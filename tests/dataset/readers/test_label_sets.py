import polars as pl
import pytest

from core.dataset.readers.label_sets import label_sets


def table(**columns: list[str | None]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    return pl.DataFrame({"file": range(rows), **columns})


def test_one_label_each_stays_as_it_is() -> None:
    given = table(breed=["polar bear", "brown bear", "black bear"] * 4, age=["1", "2", "3"] * 4)
    found = label_sets(given)
    assert found.table.equals(given)
    assert found.notices == ()


@pytest.mark.parametrize("sign", ["|", "; ", ", ", " "])
def test_a_cell_with_several_labels_becomes_a_sorted_set(sign: str) -> None:
    found = label_sets(table(tags=[f"sun{sign}sea", "sea", f"sea{sign}sun", "sun", None, f"sky{sign}sea", "sky"] * 5))
    assert found.table.columns == ["file", "labels"]
    assert found.table["labels"].to_list()[:7] == ["sea|sun", "sea", "sea|sun", "sun", None, "sea|sky", "sky"]
    (finding,) = found.notices
    assert (finding.code, finding.count) == ("many_labels", 15)
    assert finding.evidence == {"pictures": 15, "sets": 5, "labels": {"sea": 20, "sun": 15, "sky": 10}, "different_labels": 3}
    assert "Each of the 5 different sets is a class." in finding.message


@pytest.mark.parametrize("values", [["red car", "red bus", "car"] * 5, ["1,5", "2,5", "1,25"] * 5, ["a, b", "c, d", "e, f"] * 5, ["7", "8", "9"] * 5])
def test_words_and_numbers_are_no_lists(values: list[str]) -> None:
    given = table(label=values)
    assert label_sets(given).table.equals(given)


def test_where_sets_are_rare_each_label_is_a_question_of_its_own() -> None:
    letters = "abcdefgh"
    found = label_sets(table(tags=[*(f"{a}|{b}" for a in letters for b in letters if a < b), "h", None], a=["x"] * 30))
    assert "28 different sets" not in found.notices[0].message
    assert "29 different sets, too many" in found.notices[0].message
    assert found.answers == ("g", "f", "e", "d", "c", "b", "a (label)", "h")  # the most frequent last
    assert found.table.columns == ["file", "a", *found.answers]
    assert found.table["h"].to_list() == [*("yes" if b == "h" else "no" for a in letters for b in letters if a < b), "yes", None]


def test_of_very_many_labels_the_most_frequent_are_asked_for() -> None:
    tags = [f"tag{i}|tag{i + 1}|common" for i in range(100)]
    assert len(label_sets(table(tags=tags)).answers) == 50
    assert label_sets(table(tags=tags)).answers[-1] == "common"


def test_columns_of_0_and_1_become_one_set() -> None:
    found = label_sets(table(wet=["1", "0", "0", "1"] * 5, cold=["1", "1", "0", "0"] * 5))
    assert found.table.columns == ["file", "labels"]
    assert found.table["labels"].to_list()[:4] == ["cold|wet", "cold", "no label", "wet"]
    assert found.notices[0].count == 5
    assert "2 columns of 0 and 1" in found.notices[0].message


def test_columns_of_minus_1_and_1_with_too_many_sets_stay_answers_to_choose() -> None:
    columns = {f"trait_{i}": ["1" if row >> i & 1 else "-1" for row in range(32)] for i in range(5)}
    given = table(**columns)
    found = label_sets(given)
    assert found.table.equals(given)
    assert found.notices[0].code == "many_labels"
    assert sorted(found.answers) == sorted(columns)


def test_exactly_one_1_in_each_row_are_classes() -> None:
    found = label_sets(table(cat=["1", "0", "0"], dog=["0", "1", "0"], fox=["0", "0", "1"]))
    assert found.table.rows() == [(0, "cat"), (1, "dog"), (2, "fox")]
    assert found.table.columns == ["file", "label"]
    assert found.notices == ()


def test_flags_beside_an_answer_are_inputs() -> None:
    given = table(wet=["1", "0"] * 6, cold=["0", "1", "1"] * 4, label=["1", "0"] * 6)
    assert label_sets(given).table.equals(given)


def test_several_rows_for_one_file_are_one() -> None:
    given = pl.DataFrame({"file": [4, 4, 4, 7, 9], "x": ["1", "2", "3", "4", "5"], "place": ["a", "a", "a", "b", "c"], "label": ["sun", "sea", "sun", "sea", None]})
    found = label_sets(given)
    assert found.table.rows() == [(4, "a", "yes", "yes"), (7, "b", "no", "yes"), (9, "c", None, None)]
    assert found.table.columns == ["file", "place", "sun", "sea"]
    assert found.answers == ("sun", "sea")
    assert found.dropped == ("x",)
    assert found.notices[0].count == 1


def test_the_same_row_twice_is_no_second_label() -> None:
    found = label_sets(pl.DataFrame({"file": [1, 1, 2], "label": ["cat", "cat", "dog"]}))
    assert found.table.rows() == [(1, "cat"), (2, "dog")]
    assert found.notices == ()
