"""A handful of rows of a stored table, to be shown: read without the rest of the table, long cells cut on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from core.dataset.dataset import Dataset

__all__ = ["some_rows"]


def some_rows(dataset: Dataset, rows: np.ndarray, columns: Sequence[str], characters: int = 300) -> pl.DataFrame:
    """Read a few rows.

    Args:
        dataset: whose table it is.
        rows: (n,) row indices from 0, in the order wanted.
        columns: names, in the order wanted.
        characters: of a text at most; a longer one ends in an ellipsis. A cell of five megabytes never reaches the page.

    Returns:
        A data frame of (n, columns).

    Raises:
        Damaged: the file is missing or broken.
    """
    import polars as pl

    from core.parquet import damage_as

    number = "row"
    while number in columns:
        number += "_"
    text = pl.col(pl.String)
    cut = pl.when(text.str.len_chars() > characters).then(text.str.slice(0, characters) + "…").otherwise(text).name.keep()
    lazy = dataset.lazy().select(columns).with_row_index(number)
    with damage_as(dataset.unreadable):
        found = lazy.filter(pl.col(number).is_in(rows.tolist())).with_columns(cut).collect()
    place = {row: at for at, row in enumerate(found[number].to_list())}
    return found[[place[row] for row in rows.tolist()]].drop(number)
