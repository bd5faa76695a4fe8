"""Tables of offices and of the units that each keeps in its register."""

from sqlalchemy import Boolean, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.scope import OfOffice


class Office(Base):
    """机构: a node of the tree; ``parent_id`` is NULL for the root alone, ``position`` orders siblings."""

    __tablename__ = "office"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    is_closed: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether those above see nothing of it and of what is below it."""


class RegisteredUnit(OfOffice, Base):
    """单位 in an office's register: its id stays while campaigns come and go, and whatever it is called."""

    __tablename__ = "unit_register"
    __table_args__ = (UniqueConstraint("office_id", "name"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, default="")
    """Its code elsewhere, such as 统一社会信用代码; may be empty."""
