"""Code of an error → HTTP status and the sentence for its reader: what happened, what was kept, what to do."""

SENTENCES: dict[str, tuple[int, str]] = {
    # the edge and forms
    "internal": (500, "系统出现意外错误,本次操作没有保存。请稍后再试;若仍不行,请联系组织者。"),
    "busy": (503, "系统正忙,本次操作没有保存。请稍候再试一次,不会重复计入。"),
    "not_found": (404, "没有找到这个页面。请核对地址,或从首页重新进入。"),
    "method_wrong": (405, "这个地址不能这样打开。请从页面上的按钮进入。"),
    "host_unknown": (400, "访问地址不对。请使用公告或测评票上印的地址。"),
    "body_too_large": (413, "提交的内容太大,没有保存。请减少内容后再试。"),
    "cross_site": (403, "这个请求不是从本系统的页面发出的,已拒绝,没有改动任何内容。"),
    "form_malformed": (400, "提交的内容有无法识别的字符,没有保存。请检查后重新提交。"),
    "form_duplicate_field": (400, "提交的内容有重复的栏目,没有保存。请刷新页面后重新填写。"),
    "form_wrong_kind": (415, "提交的方式不对,没有保存。请从页面上的按钮提交。"),
    "form_token_wrong": (403, "页面已经过期,内容没有保存。请返回上一页、刷新后再提交。"),
    "field_missing": (422, "“%(field)s”没有填写。其余内容没有丢失,请补上后再提交。"),
    "field_too_long": (422, "“%(field)s”太长,最多 %(limit)s 个字。请缩短后再提交。"),
    "field_not_a_number": (422, "“%(field)s”应是 %(low)s 到 %(high)s 之间的整数。请改正后再提交。"),
    "field_not_a_choice": (422, "“%(field)s”的选项无效。请重新选择。"),
    "field_not_a_time": (422, "“%(field)s”不是有效的时间。请按“年-月-日 时:分”填写。"),
    "file_missing": (422, "没有选择文件。请选择一个 Excel 文件(.xlsx)后再上传。"),
    # accounts
    "login_needed": (401, "请先登录。"),
    "role_refused": (403, "您的账号没有这项权限。如确需办理,请联系组织者。"),
    "login_failed": (401, "用户名或口令不对,或账号已锁定。连续 5 次输错将锁定 30 分钟。"),
    "login_name_taken": (409, "这个用户名已经有人使用,请换一个。其余内容没有丢失。"),
    "login_name_malformed": (422, "用户名由 2–32 个小写字母、数字、点或横线组成。请改正后再提交。"),
    "password_weak": (422, "口令太弱:至少 10 个字符,含大写字母、小写字母、数字、符号中的三类,且不含用户名。"),
    "passwords_differ": (422, "两次输入的口令不一致,请重新输入。"),
    "invitation_invalid": (410, "这个链接已经用过或已过期。请向组织者索取新的链接。"),
    "own_account": (409, "不能停用自己的账号。请由另一位组织者办理。"),
    "audit_broken": (500, "操作日志校验不通过,可能被改动。请停止操作并联系审计员。"),
}
