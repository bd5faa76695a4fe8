"""All tables, for migrations and the schema lint; nothing else imports this."""

from app.accounts import models as accounts
from app.audit import models as audit
from app.box import models as box
from app.campaigns import models as campaigns
from app.consents import models as consents
from app.core import guess_counts
from app.inbox import models as inbox
from app.office import models as office
from app.offices import models as offices
from app.opinions import models as opinions
from app.publication import models as publication
from app.rectification import models as rectification
from app.rounds import models as rounds
from app.slips import models as slips

ALL = (
    accounts,
    audit,
    box,
    campaigns,
    consents,
    guess_counts,
    inbox,
    office,
    offices,
    opinions,
    publication,
    rectification,
    rounds,
    slips,
)
