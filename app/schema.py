"""All tables, for migrations and the schema lint; nothing else imports this."""

from app.accounts import models as accounts
from app.audit import models as audit
from app.box import models as box
from app.campaigns import models as campaigns
from app.publication import models as publication
from app.rounds import models as rounds
from app.slips import models as slips

ALL = (accounts, audit, box, campaigns, publication, rounds, slips)
