"""How far a rate from some may lie from the rate of all: Wilson's score interval with finite-population correction.

E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212; the
correction by an effective sample size as in W. G. Cochran, Sampling Techniques (1977), section 2.
"""

from fractions import Fraction
from math import sqrt

Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


def wilson_interval(satisfied: int, valid: int, population: int, z: float = Z) -> tuple[Fraction, Fraction]:
    """Return the interval as parts of 1; of no width once everybody has answered.

    ValueError unless 0 ≤ satisfied ≤ valid ≤ population and somebody answered.
    """
    if not 0 <= satisfied <= valid <= population or not valid:
        msg = "an interval needs 0 <= satisfied <= valid <= population, and a valid answer"
        raise ValueError(msg)
    rate = satisfied / valid
    if valid == population:
        return Fraction(satisfied, valid), Fraction(satisfied, valid)
    effective = valid * (population - 1) / (population - valid)
    spread = z * sqrt(rate * (1 - rate) / effective + z * z / (4 * effective * effective))
    middle, scale = rate + z * z / (2 * effective), 1 + z * z / effective
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Fraction(max(low, 0.0)), Fraction(min(high, 1.0))
