from core.dataset.facts import listed, many, quoted, were


def test_numbers_and_their_nouns_agree() -> None:
    assert (many(1, "row"), many(2, "row"), many(1200, "row")) == ("1 row", "2 rows", "1,200 rows")
    assert (many(1, "class has", "classes have"), many(0, "class has", "classes have")) == ("1 class has", "0 classes have")
    assert (were(1), were(0)) == ("was", "were")


def test_long_names_and_lists_are_cut() -> None:
    assert quoted("x" * 500) == "“" + "x" * 60 + "”"
    assert listed(["a", "b"]) == "“a”, “b”"
    assert listed(list("abcdef")) == "“a”, “b”, “c”, “d”, “e” …"
