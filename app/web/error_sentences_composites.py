"""The table of app.web.error_sentences goes on here: composite scores, what is entered by name, awards."""

COMPOSITE_SENTENCES: dict[str, tuple[int, str]] = {
    "composite_rule_points": (
        422,
        (
            "“%(name)s”要用的判定用语“%(field)s”没有分值，没有保存，填写的都还在。"
            "请在“测评方案”页选“逐档判定”，给每个用语写分值，例如 200、190、180。"
        ),
    ),
    "composite_item_points": (
        422,
        (
            "“%(name)s”要用判定用语的分值，而指标“%(item)s”自己的线会判出“%(field)s”，判定规则里没有这个用语的分值，"
            "没有保存，填写的都还在。请在“测评方案”页删去这项指标自己的线，"
            "或在判定规则里加一档，用语就写“%(field)s”，含义相同，并写分值。"
        ),
    ),
    "composite_rule_plurality": (
        422,
        (
            "“%(name)s”要用判定用语的分值，而测评方案按得票最多的等次判定，没有分值，没有保存，填写的都还在。"
            "请在“测评方案”页改为逐档判定并写分值，或在这里换一个来源。"
        ),
    ),
    "composite_weights": (
        422,
        "%(name)s各部分的权重合计 %(total)s，应为 100，没有保存。请改成都大于 0 的，例如 60、40；附加分不算在内。",
    ),
    "composite_parts": (422, "综合评价至少有一个部分，最多 %(most)s 个，没有保存。不用综合评价的，请全部留空。"),
    "composite_labels": (422, "综合评价的每个部分都要有名称，并且各不相同，没有保存。例如“领导评分”“群众评议”。"),
    "composite_classes": (
        422,
        "“%(name)s”各类对象的权重中，“%(typed)s”看不明白，没有保存。写类别和权重，例如“党群 30，政府 50”，每类一次。",
    ),
    "composite_class": (
        422,
        "“%(name)s”的权重里有“%(typed)s”，没有一个对象属于这一类，没有保存。请核对“单位”页上各对象的类别。",
    ),
    "composite_levels": (422, "“%(name)s”由几个部分合成，须至少有一个部分，部分里不能再分，没有保存。"),
    "composite_most": (422, "“%(name)s”没有写满分，或不在 1 到 100 之间，没有保存。例如“20”。"),
    "composite_unknown": (422, "“%(name)s”所指的类别或轮次已经没有了，没有保存。请重新选择。"),
    "composite_rule_mixed": (
        422,
        "%(name)s的条件不是综合评价得分，没有保存，填写的都还在。这里的规则只看综合评价得分，看票数比例的请写在“测评方案”页。",
    ),
    "composite_closed": (409, "本轮的结果已经公布或作废，计名评分和评定不能再改。"),
    "composite_entry": (422, "“%(name)s”填的“%(typed)s”不是 0 到 %(most)s 之间的数，最多两位小数，没有保存。"),
    "award_limit": (
        422,
        "评定为优秀的有 %(given)s 个，超过了三分之一：%(objects)s 个对象最多 %(most)s 个，没有保存。",
    ),
}
