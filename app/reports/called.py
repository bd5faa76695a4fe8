"""What reports say of units, said of whatever was rated."""

from app.campaigns.nouns import sort_of
from app.office.language import said
from app.reports.language import about
from app.tally.document import BandDocument, Document


def brief_words(objects: str, head: str) -> dict[str, str]:
    """Return what brief and notice say of what was rated, by the names that their templates use.

    ``head``: what the figure is called whose bands are told, empty where sections differ.
    """
    return {
        "one": about(objects, "单位"),
        "order": about(objects, "单位按机构序列排列，不作排名"),
        "none": about(objects, "没有需补课的单位。"),
        "chart": about(objects, "各单位总体评价分布图"),
        "bands": about(objects, "各单位%(head)s所在的档次" if head else "各单位所在的档次", head=said(head)),
    }


def sort_rated(document: Document | BandDocument) -> str:
    """Return of what sort all is that was rated, or that it is of several."""
    return sort_of([section["objects"] for section in document["sections"]])
