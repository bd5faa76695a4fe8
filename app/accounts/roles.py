"""Sets of roles as forms, requests and the log write them: with blanks between."""

from collections.abc import Set as AbstractSet

from app.accounts.domain import Role, in_order, refused_join
from app.core.errors import DomainError
from app.web.menu import ROLE_WORDS


def lawful_roles(written: str) -> set[str]:
    """Return the roles of a text that has blanks between them.

    DomainError ``field_not_a_choice``, or as ``refused_join`` says, with ``role`` and ``other_role``.
    """
    roles = set(written.split())
    if not roles or not roles <= set(Role):
        raise DomainError("field_not_a_choice", field="角色")
    refused = refused_join(roles)
    if refused:
        raise DomainError(refused.code, role=ROLE_WORDS[refused.one], other_role=ROLE_WORDS[refused.other])
    return roles


def written_roles(roles: AbstractSet[str]) -> str:
    """Return roles as requests and the log keep them: in order, with blanks between."""
    return " ".join(in_order(roles))
