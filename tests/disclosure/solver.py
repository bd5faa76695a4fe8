"""The solver of the attacker's linear programmes: HiGHS, which goes on from its last answer when the aim changes."""

from collections.abc import Iterable, Iterator

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat

from tests.disclosure.attacker import Programme, Terms, Vector, vector

PRIMAL = 4
"""Goes on from a point that obeys every row, as the last answer does; the dual simplex begins anew."""


def solve(programme: Programme, costs: Iterable[Terms]) -> Iterator[Vector]:
    """Yield for every cost a point that makes it least; the next cost is asked for when that point was looked at.

    The programme stays and only the cost changes: a few steps lead from one point to the next. All side by side in one
    large programme took three times as long.
    """
    solver = None
    for cost in costs:
        solver = solver or _loaded(programme)
        yield _least(solver, vector(cost, len(programme.upper)))


def _loaded(programme: Programme) -> Highs:
    solver = Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("presolve", "off")  # making so small a programme smaller first takes longer than solving it
    solver.setOptionValue("simplex_strategy", PRIMAL)
    solver.passModel(_model(programme))
    return solver


def _model(programme: Programme) -> HighsLp:
    (counts, columns, values), (low, high) = programme.entries(), programme.edges()
    made = HighsLp()
    made.num_row_, made.num_col_ = len(counts), len(programme.upper)
    made.row_lower_, made.row_upper_ = low, high
    made.col_upper_ = np.array(programme.upper)
    made.col_lower_ = made.col_cost_ = np.zeros(made.num_col_)
    made.a_matrix_.format_ = MatrixFormat.kRowwise
    made.a_matrix_.num_row_, made.a_matrix_.num_col_ = made.num_row_, made.num_col_
    made.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)])
    made.a_matrix_.index_, made.a_matrix_.value_ = columns, values
    return made


def _least(solver: Highs, cost: Vector) -> Vector:
    solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
    solver.run()
    status = solver.getModelStatus()
    if status != HighsModelStatus.kOptimal:
        raise AssertionError(solver.modelStatusToString(status))
    return np.array(solver.getSolution().col_value)
