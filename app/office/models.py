"""The table of files that are being made, or wait for the one who asked."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime


class Job(Base):
    """A file of the workshop that took longer than its request; short-lived, never of slips or key slips.

    ``arguments`` are ids and typed words in JSON, ``path`` is where the file is asked for again, with all its guards;
    ``process`` is the name of the one that has it made, ``told_at`` when that one last told of it: that it is at work
    on it, and then how it ended.
    """

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    arguments: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column("finished_at", UtcDateTime)
    file_name: Mapped[str] = mapped_column(Text, default="")
    error_code: Mapped[str] = mapped_column(Text, default="")
    error_params: Mapped[str] = mapped_column(Text, default="{}")
    process: Mapped[str] = mapped_column(Text, default="", server_default="")
