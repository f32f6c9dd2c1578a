"""How transforms name what they emit: functions of NumPy, and the helpers of `runtime`."""

import numpy as np

from autodiff_sst.core.syntax import Object
from autodiff_sst.runtime import broadcast, calls

ZEROS_LIKE = Object(np.zeros_like, "np.zeros_like", np)
FULL_LIKE = Object(np.full_like, "np.full_like", np)
BROADCAST_TO = Object(np.broadcast_to, "np.broadcast_to", np)
SHAPE = Object(np.shape, "np.shape", np)
SUM = Object(np.sum, "np.sum", np)
REAL = Object(np.real, "np.real", np)
COPY = Object(np.copy, "np.copy", np)
UNBROADCAST = Object(broadcast.unbroadcast, "unbroadcast")
CHECK_SCALAR = Object(broadcast.check_scalar, "check_scalar")
ADD_AT = Object(np.add.at, "np.add.at", np)
LIST = Object(list, "list", list)
LEN = Object(len, "len", len)
CALL_WITH_PULLBACK = Object(calls.call_with_pullback, "call_with_pullback")
