"""How transforms name what they emit: functions of NumPy, and the helpers of `runtime`."""

from typing import Any

import numpy as np

from autodiff_sst.core.syntax import Object
from autodiff_sst.runtime import broadcast, calls, directions, records, sequences, storage, tables


def numpy_object(function: Any) -> Object:
    """A function of NumPy, as `np.sum` is written; or one of ours."""
    if (getattr(function, "__module__", None) or "").startswith(__name__.partition(".")[0]):
        return Object(function, function.__name__)
    name = function.__name__
    parts = (p for p in ("linalg", "fft") if getattr(getattr(np, p), name, None) is function)
    own = getattr(np, name, None) is function
    inside = None if own else next(parts, None)
    return Object(function, f"np.{name}" if inside is None else f"np.{inside}.{name}", np)


ZEROS = numpy_object(np.zeros)
ZEROS_LIKE = numpy_object(np.zeros_like)
FULL_LIKE = numpy_object(np.full_like)
ARRAY = numpy_object(np.array)
BROADCAST_TO = numpy_object(np.broadcast_to)
SHAPE = numpy_object(np.shape)
FLOAT = Object(float, "float", float)
SUM = numpy_object(np.sum)
REAL = numpy_object(np.real)
COPY = numpy_object(np.copy)
UNBROADCAST = Object(broadcast.unbroadcast, "unbroadcast")
UNBROADCAST_FROM = Object(broadcast.unbroadcast_from, "unbroadcast_from")
CHECK_SCALAR = Object(broadcast.check_scalar, "check_scalar")
ADD_AT = Object(np.add.at, "np.add.at", np)
LIST = Object(list, "list", list)
LEN = Object(len, "len", len)
CALL_WITH_TANGENT = Object(calls.call_with_tangent, "call_with_tangent")
CALL_WITH_PULLBACK = Object(calls.call_with_pullback, "call_with_pullback")
PULL_BACK_PULLBACK = Object(calls.pull_back_pullback, "pull_back_pullback")
PULLBACK_ALONG = Object(calls.pullback_along, "pullback_along")
LAST_WRITTEN = Object(storage.last_written, "last_written")
CHECK_SEPARATE = Object(storage.check_separate, "check_separate")
CHECK_ARRAY = Object(storage.check_array, "check_array")
CHECK_ITEM = Object(storage.check_item, "check_item")
CHECK_UNSHARED = Object(storage.check_unshared, "check_unshared")
CHECK_IN_ONE = Object(storage.check_in_one, "check_in_one")
WRITE_BACK = Object(storage.write_back, "write_back")
POSITIONS = Object(sequences.positions, "positions")
OWN_ITEMS = Object(sequences.own_items, "own_items")
ZEROS_BY_ROW = Object(sequences.zeros_by_row, "zeros_by_row")
ZEROS_OF_ITEMS = Object(sequences.zeros_of_items, "zeros_of_items")
ZEROS_OF_ROWS = Object(sequences.zeros_of_rows, "zeros_of_rows")
TABLE = Object(tables.table, "dict", dict)
KEYS = Object(tables.keys_of_table, "list", list)
ZEROS_OF_TABLE = Object(tables.zeros_of_table, "zeros_of_table")
DICT_OF = Object(sequences.dict_of, "dict_of")
WITHOUT_KEY = Object(tables.without_key, "without_key")
WITH_ZERO = Object(tables.with_zero, "with_zero")
ADD_TABLES = Object(tables.add_tables, "add_tables")
NUMBER = Object(sequences.number, "number")
MAKE_RECORD = Object(records.make_record, "make_record")
WIDENED = Object(directions.widened, "widened")
WIDENED_ITEM = Object(directions.widened_item, "widened_item")
OVER_DIRECTIONS = Object(directions.over_directions, "over_directions")
ONE_A_COMPONENT = Object(directions.one_a_component, "one_a_component")
ONE_OF_ITEMS = Object(directions.one_a_component_of_items, "one_a_component_of_items")
CHECK_BATCH = Object(directions.check_batch, "check_batch")
