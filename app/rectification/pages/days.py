"""Days that were typed into a form."""

from datetime import date, datetime

from app.core.errors import DomainError
from app.web.forms import PostedForm

DAY = "%Y-%m-%d"


def typed_day(form: PostedForm, name: str, label: str) -> date:
    """Return a date that was typed; DomainError ``field_not_a_date``."""
    return day_of(form.text(name, 10, label=label), label, name)


def day_of(text: str, label: str, at: str = "") -> date:
    """Return the day a text names; DomainError ``field_not_a_date``, about the field with the id ``at``."""
    try:
        return datetime.strptime(text, DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise DomainError("field_not_a_date", field=label, at=at) from None
