"""Papers for tests: the one section of a paper with other contents."""

from dataclasses import replace
from typing import Any

from app.rounds.domain import Paper


def asked(paper: Paper, **changes: Any) -> Paper:  # noqa: ANN401
    """Return a paper of one section with changes to that: ``items``, ``units``, ``form_title`` and others."""
    [part] = paper.parts
    return replace(paper, parts=(replace(part, **changes),))
