"""Step-up: the form of an act of weight is held until its sender has proved again who he is (SEC-80).

The refusal is a page that carries the whole form on, so that nothing is typed twice; it works without scripts.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from app.web.forms import Form, PostedForm

PASSWORD_FIELD = "proof_password"  # noqa: S105 - the name of the field, not a secret
CODE_FIELD = "proof_code"
FIELDS = frozenset({PASSWORD_FIELD, CODE_FIELD})
Prove = Callable[[Request, PostedForm], None]


def _proven(request: Request, form: Form) -> PostedForm:
    # A plain function, run after the role guard and the form's token, in a thread that holds no session yet.
    prove: Prove = request.app.state.prove
    request.state.posted = kept = form.without(FIELDS)
    request.state.is_proving = True
    prove(request, form)
    request.state.is_proving = False
    return kept


ProvenForm = Annotated[PostedForm, Depends(_proven)]
"""The form of an act of weight: opening a box, voiding, publishing, accounts and links, and agreeing to them."""
