"""Rounds of several sections beside those of one: the same objects, items and marks, shared out."""

from dataclasses import replace

from app.rounds.domain import Paper

SECTIONS = 3
"""So many sections a figure has whose name ends so."""


def in_sections(paper: Paper, number: int) -> Paper:
    """Return the paper with the objects of its one section shared out among so many; as it is for one."""
    if number == 1:
        return paper
    [part] = paper.parts
    places = range(number)
    shared = [part.units[len(part.units) * at // number : len(part.units) * (at + 1) // number] for at in places]
    parts = [replace(part, units=shared[at], key=f"s{at}", noun=f"第{at + 1}部分") for at in places]
    return replace(paper, parts=tuple(parts))
