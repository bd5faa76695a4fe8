"""What reports say of units, said of whatever was rated."""

from app.campaigns.nouns import called, sort_of
from app.tally.document import Document


def brief_words(objects: str, head: str) -> dict[str, str]:
    """Return what brief and notice say of what was rated, by the names that their templates use.

    ``head``: what the figure is called whose bands are told, empty where sections differ.
    """
    said = {
        "one": "单位",
        "order": "单位按机构序列排列，不作排名",
        "none": "没有需补课的单位。",
        "chart": "各单位总体评价分布图",
        "bands": f"各单位{head}所在的档次",
        "whole": "全部单位合在一起",
    }
    return {key: called(objects, sentence) for key, sentence in said.items()}


def sort_rated(document: Document) -> str:
    """Return of what sort all is that was rated, or that it is of several."""
    return sort_of([section["objects"] for section in document["sections"]])
