"""Tables of what is settled before a round."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfCampaign, OfOffice


class Campaign(OfOffice, Base):
    """活动. ``scheme`` is the JSON of ``domain.Scheme``; a round freezes its own copy into its paper."""

    __tablename__ = "campaign"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(Text)
    scheme: Mapped[str] = mapped_column(Text)
    two_person: Mapped[bool] = mapped_column(Boolean, default=True)
    kind: Mapped[str] = mapped_column(Text, default="campaign")
    """The key of ``kinds.Kind``."""
    is_example: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether it was loaded to be looked at: made-up names and ballots, deleted at will."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CampaignCopy(OfCampaign, Base):
    """That a campaign was set up like another （按上一次再办）.

    ``left_out`` is the JSON of the list of what was not taken over, each a code and names.
    """

    __tablename__ = "campaign_copy"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    left_out: Mapped[str] = mapped_column(Text)


class Stage(OfCampaign, Base):
    """阶段 of a campaign."""

    __tablename__ = "stage"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)


class Unit(OfCampaign, Base):
    """Something rated; ``position`` is its place in the official order （机构序列）.

    ``duty`` is a person's position （职务）, ``responsible`` who answers for a project （主办单位）; both may be empty.
    """

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    duty: Mapped[str] = mapped_column(Text, default="", server_default="")
    responsible: Mapped[str] = mapped_column(Text, default="", server_default="")
    object_class: Mapped[str] = mapped_column(Text, default="", server_default="")
    """党群, 政府, 垂管 …: parts of a composite may weigh otherwise for it."""
    register_id: Mapped[str | None] = mapped_column(Text)
    """The same unit in the register of an office, where it was picked from there."""


class CampaignSection(OfCampaign, Base):
    """分表: what is rated is called ``noun`` and is of the sort ``objects``, by the form ``form_key``.

    ``rule`` is the JSON of a ``rule.Rule``; NULL where the section obeys the campaign's.
    """

    __tablename__ = "campaign_section"
    __table_args__ = (UniqueConstraint("campaign_id", "noun"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int] = mapped_column(Integer)
    noun: Mapped[str] = mapped_column(Text)
    objects: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(Text, default=None)


class SectionObject(Base):
    """What is rated in which section: in one at most."""

    __tablename__ = "section_object"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    section_id: Mapped[str] = mapped_column(ForeignKey("campaign_section.id", ondelete="CASCADE"))


class VoterGroup(OfCampaign, Base):
    """参评人员类别 with the number of people expected."""

    __tablename__ = "voter_group"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    expected: Mapped[int] = mapped_column(Integer)


class GroupLeavesOut(Base):
    """A unit that a voter group does not rate: nobody rates his own unit."""

    __tablename__ = "group_leaves_out"
    group_id: Mapped[str] = mapped_column(ForeignKey("voter_group.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)


class EnglishName(OfCampaign, Base):
    """The English of something that voters read, by its Chinese name: whatever has that name is called so."""

    __tablename__ = "english_name"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    english: Mapped[str] = mapped_column(Text)


class CampaignForm(OfCampaign, Base):
    """A copied or edited 测评表; ``document`` is the JSON of ``domain.Form``. Built-in forms live in ``builtin.py``."""

    __tablename__ = "campaign_form"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
