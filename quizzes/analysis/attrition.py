"""Were those who stayed like those who were lost?"""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from quizzes.analysis.describe import finite, standard_deviation, two_sided_p
from quizzes.analysis.errors import NotComputable


@dataclass(frozen=True)
class Attrition:
    """First scores of those who answered again (kept) and of those who did not (lost).

    mean_kept, mean_lost: scale points. smd: mean_kept - mean_lost over the pooled standard
    deviation. welch_t, df, p: Welch's t test, p two-sided.
    """

    n_kept: int
    n_lost: int
    mean_kept: float
    mean_lost: float
    smd: float
    welch_t: float
    df: float
    p: float


def compare_lost(kept: ArrayLike, lost: ArrayLike) -> Attrition:
    """Compare two groups at the first wave.

    kept, lost: finite scores in scale points, one a person.

    Raises NotComputable: "fewer_than_two_in_a_group", or "no_variation" if neither group varies.
    Raises ValueError if a score is not finite.

    Source: Welch (1947), Biometrika 34:28; Austin (2009), Stat. Med. 28:3083 (standardised mean
    difference).
    """
    a, b = finite(kept), finite(lost)
    if min(len(a), len(b)) < 2:
        raise NotComputable("fewer_than_two_in_a_group")
    var_a, var_b = standard_deviation(a) ** 2, standard_deviation(b) ** 2
    if var_a + var_b == 0:
        raise NotComputable("no_variation")
    n, m, difference = len(a), len(b), float(a.mean() - b.mean())
    pooled = math.sqrt(((n - 1) * var_a + (m - 1) * var_b) / (n + m - 2))
    share_a, share_b = var_a / n, var_b / m
    t = difference / math.sqrt(share_a + share_b)
    df = (share_a + share_b) ** 2 / (share_a**2 / (n - 1) + share_b**2 / (m - 1))
    return Attrition(
        n_kept=n,
        n_lost=m,
        mean_kept=float(a.mean()),
        mean_lost=float(b.mean()),
        smd=difference / pooled,
        welch_t=t,
        df=df,
        p=two_sided_p(t, df),
    )
