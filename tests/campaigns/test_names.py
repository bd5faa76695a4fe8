"""What ships has English names, every one of them."""

from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.kinds import KINDS
from app.campaigns.names import SHIPPED, english_of
from app.campaigns.rules import ABSTAIN_LABEL, UNKNOWN_LABEL

WORDS = {
    "达标", "提醒", "需补课", "样本不足", "结果无效", "限期整改", "补课", "复测", "通报", "约谈", "谈话提醒",
    "通报批评",
}  # fmt: skip
"""Words of results, and what commonly follows from them."""


def test_everything_that_ships_has_an_english_name() -> None:
    items = [item for form in FORMS.values() for item in form.items]
    wanted = {
        UNKNOWN_LABEL,
        ABSTAIN_LABEL,
        *(form.title for form in FORMS.values()),
        *(name for item in items for name in item.names),
    }
    wanted |= {label for scale in SCALES.values() for label in scale.options}
    bodies = [kind.body for kind in KINDS.values() if kind.body]
    wanted |= {word for body in bodies for word in (body.noun, body.members)}
    assert wanted | WORDS == set(SHIPPED)


def test_the_grades_of_a_scale_stay_different() -> None:
    for scale in SCALES.values():
        assert len({SHIPPED[label] for label in scale.options}) == len(scale.options)


def test_a_campaigns_own_name_goes_first() -> None:
    assert english_of({"好": "Fine", "差": ""}, "好") == "Fine"
    assert english_of({"好": "Fine", "差": ""}, "差") == "Poor"
    assert english_of({}, "县文化馆") == ""
