"""Whether the items of a form are one sum of marks, or figures of which the mean is taken (pure)."""

from collections.abc import Sequence

from app.campaigns.domain import Item


def are_weighed(items: Sequence[Item]) -> bool:
    """Whether items taken together are the mean of their figures, and not all their marks as one."""
    return are_mixed(items) or len({item.weight for item in items}) > 1


def are_mixed(items: Sequence[Item]) -> bool:
    """Whether some item has grades, or a number of satisfied ones, of its own, or is answered in points."""
    return any(item.grades or item.top or item.score for item in items)


def by_points(items: Sequence[Item]) -> bool:
    """Whether objects are judged by points alone: those of the overall item, or a mean of which points are a part."""
    overall = [item for item in items if item.overall]
    return any(item.score for item in overall or items)
