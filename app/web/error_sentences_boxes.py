"""The table of app.web.error_sentences goes on here: box stores and the acts on their gates."""

BOX_SENTENCES: dict[str, tuple[int, str]] = {
    "box_tampered": (
        409,
        "票箱内容被人绕过本系统改动过：%(groups)s。开箱已停止，没有拆开任何选票。请保全现场，作废本轮后重新组织投票。",
    ),
    "box_missing": (409, "本轮的票箱不在这里：还没有印制测评票，或票箱已经销毁。请返回轮次页面查看。"),
    "box_other_format": (409, "本轮的票箱是由另一个版本的程序建立的，不能使用。请用原来的版本办完本轮。"),
    "act_under_way": (409, "本轮的另一项操作正在办理，没有改动。请稍候几秒，刷新页面后再试。"),
    "restore_not_empty": (409, "这个数据文件夹不是空的，恢复只能写入空的安装。请换一个空文件夹。"),
    "restore_missing": (404, "找不到这个备份文件。请核对路径。没有改动。"),
    "restore_damaged": (
        409,
        "这个文件不是完整的备份：缺少内容，或与备份时写入的不同。没有恢复任何内容。请换一份备份，或重新复制这份备份后再试。",
    ),
    "restore_other": (409, "备份来自更新的版本（%(revision)s），请用不低于它的版本恢复。"),
    "restore_not_accepted": (
        409,
        "本安装由备份恢复，须由两人在轮次列表页确认后才能开始投票。没有改动。",
    ),
    "restore_accepted": (409, "恢复的后果已经由两人确认，不需要再次确认。"),
    "holder_organisers": (422, "钥匙持有人中组织者最多一人：能开箱的几份钥匙不能都在组织者手里。请改选监票人。"),
    "holder_not_you": (403, "您不是本轮的钥匙持有人。如应由您持有，请组织者在“开箱钥匙”页指定您。"),
    "holder_half_bad": (422, "浏览器抽取的钥匙不能用，没有保存。请刷新页面后重新抽取。"),
    "script_failed": (503, "没有办成，什么也没有改动。请检查网络，刷新页面后再试。"),
    "shares_being_checked": (409, "钥匙正由开箱进程核对，一般不到一秒。请稍候再点“开箱”。"),
}
