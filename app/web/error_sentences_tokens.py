"""The table of app.web.error_sentences goes on here: tokens with which programs read results."""

TOKEN_SENTENCES: dict[str, tuple[int, str]] = {
    "token_refused": (401, "访问令牌缺失、无效、已到期或者已撤销，没有提供任何数据。请向组织者索取新的令牌。"),
    "token_units_wrong": (422, "没有勾选单位，或者单位已被删除，没有建立。请展开活动、勾选单位后再提交。"),
    "token_label_taken": (409, "已有名为“%(label)s”的有效令牌，没有另建。请换一个名称，或者先撤销原来的令牌。"),
    "token_unknown": (404, "没有找到这个令牌，或者它已经撤销过，没有改动。请核对下面的列表。"),
}
