"""How many objects of a section were given which word: those of its rule, or the verdicts of results from before."""

from collections.abc import Sequence

from app.tally.document import FormulaFacts, Section, Target
from app.tally.shown import WordCount
from app.tally.verdict import OF_MEANING, Verdict
from app.tally.wording import VERDICTS


def words_of(formula: FormulaFacts, targets: Sequence[Target]) -> list[WordCount]:
    """Count targets by word, best first, no word of the rule left out."""
    rule = formula.get("rule")
    codes = {word["text"]: OF_MEANING[word["meaning"]] for word in (rule["words"] if rule else ())}
    codes |= {VERDICTS[verdict]: verdict for verdict in (Verdict.TOO_FEW, Verdict.INVALID)}
    given = [target["verdict"] for target in targets]
    codes |= {ruling["label"]: Verdict(ruling["code"]) for ruling in given if ruling["label"] not in codes}
    labels, order = [ruling["label"] for ruling in given], list(Verdict)
    counted: list[WordCount] = [
        {"code": code, "label": label, "count": labels.count(label)} for label, code in codes.items()
    ]
    return sorted(counted, key=lambda row: order.index(row["code"]))


def word_rows(section: Section) -> list[WordCount]:
    """Return how many targets were given each word, best first; results from before rules know no other words."""
    summary = section["summary"]
    return section.get("words") or [
        {"code": verdict, "label": VERDICTS[verdict], "count": summary[verdict.value]} for verdict in Verdict
    ]


def word_for(section: Section, verdict: Verdict) -> str:
    """Return the word for a verdict, or the words where several mean that."""
    labels = [row["label"] for row in word_rows(section) if row["code"] == verdict]
    return "、".join(labels) or VERDICTS[verdict]
