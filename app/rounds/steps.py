"""The checklist before a round goes on, line by line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist before a round goes on; ``href`` leads to where it is done.

    ``told``: the names that it is about, or sentences of ours (``Ours``), each of which its page says in the reader's
    language; ``advice``: a sentence of ours.
    """

    code: str
    label: str
    done: bool
    href: str = ""
    told: tuple[str, ...] = ()
    needed: bool = True
    advice: str = ""

    @property
    def detail(self) -> str:
        """What is told and advised, in Chinese."""
        return "；".join(filter(None, ("、".join(self.told), self.advice)))
