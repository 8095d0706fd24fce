"""Repairs: what one click does about a finding, recorded so that it can be done again to the raw file and to new rows.

A repair changes values of a column, takes rows out of the dataset, takes a column from the models, changes how the rows are
shared out or how models see a number. Only changed values concern rows that come for a prediction.
"""

from core.dataset.repairs.apply import REPAIRS, ROW_REPAIRS, VALUE_REPAIRS, Repaired, repair_table, repair_values

__all__ = ["REPAIRS", "ROW_REPAIRS", "VALUE_REPAIRS", "Repaired", "repair_table", "repair_values"]
