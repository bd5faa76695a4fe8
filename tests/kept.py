"""What the product keeps of results for as long as a process lives, by their digests."""

from app.publication import composites, concluded, previous, stored, totals

PLACES = (stored._parsed, totals._kept, concluded._kept, previous._kept, composites._kept)


def forget_results() -> None:
    """Let results be read anew, as after a start."""
    for kept in PLACES:
        kept.forget()
