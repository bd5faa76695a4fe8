"""How slips lie on A4 paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PAGE: Final = (210.0, 297.0)
FACE: Final = 64.0
"""How wide the Chinese of a slip is."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How many slips stand on a page, and how large they are."""

    columns: int
    rows: int
    slip: tuple[float, float]

    @property
    def per_page(self) -> int:
        """How many stand on a page."""
        return self.columns * self.rows

    @property
    def margin(self) -> tuple[float, float]:
        """What is left beside the slips and above them."""
        return (PAGE[0] - self.slip[0] * self.columns) / 2, (PAGE[1] - self.slip[1] * self.rows) / 2

    def corners(self) -> Iterator[tuple[float, float]]:
        """Yield where the slips of a page begin."""
        for place in range(self.per_page):
            across, down = place % self.columns * self.slip[0], place // self.columns * self.slip[1]
            yield self.margin[0] + across, self.margin[1] + down


CHINESE: Final = Layout(3, 5, (FACE, 58.0))
BOTH: Final = Layout(2, 5, (98.0, 58.0))
"""With English beside the Chinese."""
