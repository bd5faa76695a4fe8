"""Times as they are typed into pages of rounds, in China's time."""

from datetime import UTC, datetime

from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.web.forms import PostedForm

LOCAL_TIME = "%Y-%m-%dT%H:%M"


def typed_time(form: PostedForm, name: str, label: str) -> datetime | None:
    """Return the moment, or None where the field was left empty; DomainError ``field_not_a_time``."""
    text = form.text(name, 20, label=label, needed=False)
    if not text:
        return None
    try:
        return datetime.strptime(text, LOCAL_TIME).replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError as error:
        raise DomainError("field_not_a_time", field=label) from error
