"""The table of app.web.error_sentences goes on here: accounts and log-ins."""

ACCOUNT_SENTENCES: dict[str, tuple[int, str]] = {
    "login_needed": (401, "请先登录。"),
    "role_refused": (403, "您的账号没有这项权限。如确需办理，请联系组织者。"),
    "login_busy": (503, "此刻登录的人较多，口令还没有核对。请稍候几秒再试一次。"),
    "login_failed": (401, "用户名或口令不对，或账号已停用。请核对后再输一次；忘记口令请向组织者索取新的链接。"),
    "login_failed_wait": (
        401,
        "用户名或口令不对，或账号已停用。请等 %(seconds)s 秒再试；忘记口令请向组织者索取新的链接。",
    ),
    "login_slowed": (
        429,
        "连续输错过几次，口令还没有核对。请等 %(seconds)s 秒再试；登录过的浏览器单独计算，不受别人输错的影响。",
    ),
    "proof_needed": (403, "办理这件事要再核对一次本人。填写的内容没有丢失，输入口令后接着办理。"),
    "proof_wrong": (403, "口令不对，还没有办理。填写的内容没有丢失，请重新输入口令。"),
    "proof_slowed": (429, "连续输错过几次，还没有办理。填写的内容没有丢失，请等 %(seconds)s 秒再输入口令。"),
    "login_name_taken": (409, "这个用户名已经有人使用，请换一个。其余内容没有丢失。"),
    "login_name_malformed": (422, "用户名由 2–32 个小写字母、数字、点或横线组成。请改正后再提交。"),
    "password_weak": (422, "口令太弱：至少 10 个字符，含大写字母、小写字母、数字、符号中的三类，且不含用户名。"),
    "passwords_differ": (422, "两次输入的口令不一致，请重新输入。"),
    "invitation_invalid": (410, "这个链接已经用过或已过期。请向组织者索取新的链接。"),
    "account_unknown": (404, "没有用户名为“%(login)s”的账号。"),
    "own_account": (409, "不能停用自己的账号。请由另一位组织者办理。"),
}
