"""What was made lately of what never changes, shared between requests: nobody changes one."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Lately(Generic[Kept]):
    """What was asked for last, by what names it: parsing a document of a hundred units takes longer than a page."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable) -> Kept | None:
        """Return what was kept under a name lately."""
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
            return found

    def forget(self) -> None:
        """Keep nothing of it."""
        with self._lock:
            self._kept.clear()

    def put(self, name: Hashable, made: Kept) -> None:
        """Keep something; what was asked for longest ago makes room."""
        with self._lock:
            self._kept[name] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
