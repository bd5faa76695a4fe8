"""The table of app.web.error_sentences goes on here: rules that give an object its word."""

RULE_SENTENCES: dict[str, tuple[int, str]] = {
    "rule_empty": (422, "判定规则一档也没有，没有保存。请至少写最后一档，例如“其余的为‘不满意’”。"),
    "rule_too_long": (422, "判定规则最多 %(steps)s 档、%(flags)s 条提示，没有保存。请合并用语相同的档。"),
    "rule_without_rest": (
        422,
        "最后一档（第 %(step)s 档）带有条件，有的对象会得不到结论，没有保存。请在最后加一档不带条件的“其余”，例如“其余的为‘不满意’”。",
    ),
    "rule_step_empty": (
        422,
        "第 %(step)s 档没有条件，后面的档就永远轮不到，没有保存。请写上条件，例如“满意率超过 50%%”；不带条件的只能是最后一档。",
    ),
    "rule_word_missing": (422, "第 %(step)s 档没有写判定用语，没有保存。请写上，例如“满意”“整改”。"),
    "rule_word_too_long": (
        422,
        "判定用语“%(word)s”太长，没有保存。用语最多 %(limit)s 个字，例如“基本满意”；后果最多 %(consequence)s 个字。",
    ),
    "rule_meaning_twice": (
        422,
        "判定用语“%(word)s”写了两次，含义或后果却不相同，没有保存。请写成相同的，或换一个用语，例如“整改后再报告”。",
    ),
    "rule_points_range": (422, "“%(word)s”的分值须在 0 到 %(most)s 之间，没有保存。例如 200。"),
    "rule_grades_range": (
        422,
        "%(name)s的等次个数不合适，没有保存：所选等次最多只能数到 %(most)s 个，全部等次合起来总是全部票数。例如“第一等的比例”。",
    ),
    "rule_number_range": (
        422,
        "%(name)s的数超出了范围，没有保存。比例写 0 到 100%%（例如 80%% 或 2/3），得分写 0 到 100。",
    ),
    "rule_no_composite": (422, "%(name)s用到综合评价得分，本轮没有综合评价，没有保存。请改用平均分或等次的比例。"),
    "rule_too_many_conditions": (422, "%(name)s的条件超过 %(limit)s 个，没有保存。请分成两档来写。"),
    "rule_step_impossible": (
        422,
        "第 %(step)s 档的几个条件互相矛盾，没有一种票数能同时符合，没有保存。例如“满意率达到 80%%”与“不满意率超过 1/3”不能并存，可以分成两档。",
    ),
    "rule_step_unreachable": (
        422,
        "第 %(step)s 档永远轮不到：符合它的，都先符合了前面的档，没有保存。请把要求高的写在前面，例如先“达到 80%%”，再“达到 60%%”；或者删去这一档。",
    ),
    "rule_rest_unreachable": (
        422,
        "前面各档已经包括了所有情况，最后的“其余”（第 %(step)s 档）永远轮不到，没有保存。请删去最后一个带条件的档，把它的用语写在“其余”里。",
    ),
    "rule_not_monotone": (
        422,
        "票投得更好，结论反而会变差：从第 %(step)s 档变成第 %(other)s 档，没有保存。请检查大于、小于的方向，例如“满意率超过 50%%”配好的用语，“不满意率超过 1/3”配差的用语。",
    ),
    "rule_plurality_alone": (422, "“得票最多的等次”自己就决定结论，不能再写第 %(step)s 档，没有保存。请删去其他各档，或改为逐档判定。"),
    "rule_plurality_words": (422, "“得票最多的等次”要给每个等次一个用语，一共 %(grades)s 个，没有保存。"),
    "rule_flag_empty": (
        422,
        "第 %(flag)s 条提示缺条件或缺文字，没有保存。请补全，例如“不满意率超过 1/3”时注“须作说明”；不用的请两处都清空。",
    ),
}  # fmt: skip
