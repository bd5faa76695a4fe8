"""What the product keeps of results for as long as a process lives, by their digests."""

from app.core.lately import Lately
from app.publication import composites, concluded, previous, stored, totals

PLACES = (
    (stored, "_parsed", stored.KEPT_PARSED), (totals, "_kept", totals.KEPT), (concluded, "_kept", concluded.KEPT),
    (previous, "_kept", previous.KEPT), (composites, "_kept", composites.KEPT),
)  # fmt: skip


def forget_results() -> None:
    """Let results be read anew, as after a start."""
    for module, name, size in PLACES:
        setattr(module, name, Lately(size))
