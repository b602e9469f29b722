"""False discoveries under control: Benjamini and Hochberg's rule over everybody who was tested that day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def adjusted(p: Floats) -> Floats:
    """The smallest rate of false discoveries at which each would be one; NaN (not tested) stays NaN.

    `p` has one value per account; comparing the result with a rate q is Benjamini and Hochberg's rule at q.
    """
    tested = ~np.isnan(p)
    found = p[tested]
    order = np.argsort(found, kind="stable")
    scaled = found[order] * len(found) / np.arange(1, len(found) + 1)
    smallest = np.minimum.accumulate(scaled[::-1])[::-1]
    spread = np.empty_like(found)
    spread[order] = np.minimum(smallest, 1.0)
    values = np.full(p.shape, np.nan)
    values[tested] = spread
    return values
