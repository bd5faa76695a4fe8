"""The table of app.web.error_sentences goes on here: results, their releases, tokens with which programs read them."""

RESULT_SENTENCES: dict[str, tuple[int, str]] = {
    "result_not_published": (404, "没有找到已公布的结果。结果由组织者公布后才能查看，公布之前任何人都看不到。"),
    "result_must_void": (409, "收回的测评票多于发出的，本轮没有可以公布的结果，应作废后重新测评。"),
    "result_already_published": (
        409,
        "本轮结果已经在这个范围内公布，没有再次公布。可以改选其他范围、更多的单位或领导、更晚的有效期。",
    ),
    "release_expires_past": (400, "有效期早于今天，没有公布。请改为今天或以后的日期，或不填（长期有效）。"),
    "release_units_unknown": (400, "没有选中单位，或所选单位不在本轮之内，没有公布。请在名单中勾选。"),
    "release_units_not_here": (400, "只公布部分单位，限于领导和被测评单位两种范围。其他范围请选择全部单位。"),
    "release_readers_not_here": (400, "指定领导的，限于领导范围，没有公布。请改选领导范围，或改为全部领导账号。"),
    "release_readers_unknown": (400, "没有勾选领导，或所选账号已停用、不是领导，没有公布。请在名单中重新勾选。"),
    "release_invalid_result": (409, "本轮回收率不够，结果无效，没有公布。无效的结果只能在组织者和领导范围内公布。"),
    "release_near_round": (
        409,
        "本轮与已公布的“%(title)s”参评人员有几个人不同、又不足%(k)s人，两份结果相减会露出个人，没有公布。可以改为向参评人员或社会公布，那里只有等级区间，没有数字。",
    ),
    "release_rehearsal": (409, "这是演练，没有公布。演练结果只能在组织者和领导范围内公布。"),
    "release_unknown": (404, "没有找到这条公布记录，没有改动。请在公布台账中重新选择。"),
    "release_withdrawn": (409, "这条公布已经撤回，不需要再次撤回。"),
    "correction_empty": (400, "填写的数字与现有的一致，没有什么可以更正。"),
    "correction_reveals": (
        409,
        "没有更正：按这些数字，需要多隐藏一些类别才能保护匿名，而原来的一版已经公布过它们，两版相减会露出个人。只改动合计而不改动份数较少类别的更正可以公布；否则请在公布台账中撤回并另行说明。",
    ),
    "needs_v2": (409, "这一轮的结果分几个部分，/api/v1 无法表达，没有提供数据。请改用 /api/v2。"),
    "sections_several": (409, "这一轮的结果分几个部分，这个页面还不能显示。请改用数据接口 /api/v2。"),
    "token_refused": (401, "访问令牌缺失、无效、已到期或者已撤销，没有提供任何数据。请向组织者索取新的令牌。"),
    "token_units_wrong": (422, "没有勾选单位，或者单位已被删除，没有建立。请展开活动、勾选单位后再提交。"),
    "token_leader_wrong": (422, "代表某位领导的令牌限于领导范围，且须是没有停用的领导账号，没有建立。请重新选择。"),
    "token_label_taken": (409, "已有名为“%(label)s”的有效令牌，没有另建。请换一个名称，或者先撤销原来的令牌。"),
    "token_unknown": (404, "没有找到这个令牌，或者它已经撤销过，没有改动。请核对下面的列表。"),
}
