"""Documents that were parsed lately, shared between requests: nobody changes one."""

from collections import OrderedDict
from threading import Lock

from app.tally.document import Document


class Parsed:
    """The documents read last, by digest: parsing one of a hundred units takes longer than rendering it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> Document | None:
        """Return the document of a digest that was read lately."""
        with self._lock:
            found = self._documents.get(digest)
            if found is not None:
                self._documents.move_to_end(digest)
            return found

    def put(self, digest: str, document: Document) -> None:
        """Keep a document; the one that was asked for longest ago makes room."""
        with self._lock:
            self._documents[digest] = document
            while len(self._documents) > self._size:
                self._documents.popitem(last=False)
