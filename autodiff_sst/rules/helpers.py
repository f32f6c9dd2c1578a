"""How transforms name what they emit: functions of NumPy, and the helpers of `runtime`."""

import numpy as np

from autodiff_sst.core.syntax import Object
from autodiff_sst.runtime import broadcast

ZEROS_LIKE = Object(np.zeros_like, "np.zeros_like")
FULL_LIKE = Object(np.full_like, "np.full_like")
BROADCAST_TO = Object(np.broadcast_to, "np.broadcast_to")
SHAPE = Object(np.shape, "np.shape")
SUM = Object(np.sum, "np.sum")
REAL = Object(np.real, "np.real")
COPY = Object(np.copy, "np.copy")
UNBROADCAST = Object(broadcast.unbroadcast, "unbroadcast")
CHECK_SCALAR = Object(broadcast.check_scalar, "check_scalar")
