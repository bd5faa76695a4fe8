"""The table of app.web.error_sentences goes on here: box stores and the acts on their gates."""

BOX_SENTENCES: dict[str, tuple[int, str]] = {
    "box_tampered": (
        409,
        "票箱内容被人绕过本系统改动过：%(groups)s。开箱已停止，没有拆开任何选票。请保全现场，作废本轮后重新组织投票。",
    ),
    "box_missing": (409, "本轮的票箱不在这里：还没有印制测评票，或票箱已经销毁。请返回轮次页面查看。"),
    "box_other_format": (409, "本轮的票箱是由另一个版本的程序建立的，不能使用。请用原来的版本办完本轮。"),
    "act_under_way": (409, "本轮的另一项操作正在办理，没有改动。请稍候几秒，刷新页面后再试。"),
}
