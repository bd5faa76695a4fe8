"""The key of a round in which one process plays all holders: the demo, a played hall."""

from collections.abc import Sequence

from sqlalchemy import delete

from app.box.holder_secret import SECRET_BYTES, public_half, signs_of_secret
from app.box.holders import ready_round
from app.box.key_making import keep, order_for
from app.box.models import KeyHolder
from app.box.reads import key_of
from app.box.splitting import new_key
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes


def play_holders(acting: Acting, folder: KeyFolder, round_id: str, names: Sequence[str]) -> list[str]:
    """Draw, read back and make the key for holders without accounts; return each one's secret in signs.

    A round has its key made once. What the key folder notes is not undone with a transaction: one that took an earlier
    key away and failed would leave that key in the database and another one noted. DomainError ``holder_missing``.
    """
    session = acting.session
    ready_round(session, round_id)
    if key_of(session, round_id) is not None:
        raise DomainError("holder_missing", count=len(names))
    session.execute(delete(KeyHolder).where(KeyHolder.round_id == round_id))
    secrets = [token_bytes(SECRET_BYTES) for _ in names]
    for number, (name, secret) in enumerate(zip(names, secrets, strict=True), start=1):
        half = public_half(secret, round_id)
        fields = {"staff_id": None, "name": name, "public_key": half, "part": None, "checked_at": acting.now}
        session.add(KeyHolder(round_id=round_id, number=number, **fields))
    session.flush()
    order = order_for(session, folder, round_id)
    if order is None or not keep(acting, order, new_key(order)):
        raise DomainError("holder_missing", count=len(names))
    return [signs_of_secret(secret) for secret in secrets]
