"""What a member of staff is told after an act: one sentence for every form, shown once on the page that follows.

The redirect carries the sentence's code in a cookie, which the next page takes away. A code that is not in the table
says nothing, so that nobody can have the desk speak his words.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

COOKIE = "manyidu-said"
LIFE_SECONDS = 60
SENTENCES = {
    "asked": "已经提请，还没有生效：须由另一人同意。有权同意的人会在收件箱中看到，答复后您的收件箱会有提醒。",
    "/welcome/{token}": "口令已经设好，请用它登录。",
    "/account/factor/off": "已经关闭动态码。",
    "/inbox/read": "已标为已读。",
    "/inbox/address": "已保存邮箱地址。",
    "/campaigns/new": "活动已建立，测评表和规则都已设好。接下来核对名单和人数。",
    "/campaigns/examples/new": "示例正在准备：模拟投票、开箱、公布，约需半分钟。请稍后刷新这一页。",
    "/campaigns/{campaign_id}/copy": "活动已照上一次建立。请核对下面列出的各项，再发起测评轮次。",
    "/campaigns/{campaign_id}/discard": "示例已删除，没有留下票和结果。",
    "/campaigns/{campaign_id}/edit": "活动设置已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/english": "英文名称已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/units": "单位已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/units/add": "单位已添加。",
    "/campaigns/{campaign_id}/units/{unit_id}/delete": "单位已删除。",
    "/campaigns/{campaign_id}/sections": "分表的顺序已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/sections/add": "分表已添加。接下来选定其中的测评对象。",
    "/campaigns/{campaign_id}/sections/{section_id}": "分表已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/sections/{section_id}/objects": "测评对象已添加到分表。",
    "/campaigns/{campaign_id}/sections/{section_id}/delete": "分表已删除，其中的测评对象没有删除。",
    "/campaigns/{campaign_id}/office": "活动已调到另一个机构。",
    "/staff/{staff_id}/office": "账号已调到另一个机构。",
    "/campaigns/{campaign_id}/liaisons": "联络员已保存。",
    "/campaigns/{campaign_id}/groups": "参评人员类别已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/groups/{group_id}": "回避的单位已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/groups/{group_id}/delete": "类别已删除。",
    "/campaigns/{campaign_id}/scheme": "测评方案已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/composite": "综合评价已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/forms/{key}/copy": "测评表已复制，可以修改。",
    "/campaigns/{campaign_id}/forms/{key}": "测评表已保存。更改只影响以后冻结的轮次。",
    "/campaigns/{campaign_id}/forms/{key}/delete": "测评表已删除。",
    "/campaigns/{campaign_id}/import/confirm": "单位和类别已导入。",
    "/campaigns/{campaign_id}/import/sections/confirm": "分表和测评对象已导入。更改只影响以后冻结的轮次。",
    "/restored/{restored_id}/accept": "已记下您的确认。须由两人确认后才能开始投票。",
    "/campaigns/{campaign_id}/rounds/new": "轮次已建立。下一步：核对清单，冻结测评表。",
    "/rounds/{round_id}/edit": "轮次设置已保存。",
    "/rounds/{round_id}/freeze": "测评表已冻结。下一步：印制测评票，生成开箱钥匙。",
    "/rounds/{round_id}/open": "投票已经开始，手机现在可以投票。",
    "/rounds/{round_id}/schedule": "时间已保存，到时按服务器时间自动办理。",
    "/rounds/{round_id}/wifi": "会场无线网络已保存，以后印制的测评票和大屏按它显示。",
    "/rounds/{round_id}/close": "投票已经截止，票箱已封。下一步：清点票数，开箱计票。",
    "/rounds/{round_id}/void": "本轮已经作废，票箱和票码不再有效。",
    "/rounds/{round_id}/repeat": "已重新发起一轮，测评票和钥匙须重新印制。",
    "/rounds/{round_id}/rehearsal": "演练已建立，有自己的测评票和票箱。",
    "/rounds/{round_id}/purge": "演练已全部清除。",
    "/rounds/{round_id}/composite": "计名评分和评定已保存，注明由谁、何时填写。",
    "/rounds/{round_id}/archive": "本轮已归档，结果和报告保留。清除了什么，见本页。",
    "/rounds/{round_id}/document": "文档已保存，本轮只评议这份文档。",
    "/approvals/{approval_id}/grant": "您已同意，事项已经办理。提请的人会在收件箱中看到。",
    "/approvals/{approval_id}/refuse": "已记下：不同意或者撤回，事项没有办理。提请的人会在收件箱中看到。",
    "/rounds/{round_id}/slips/batches/{batch_id}/void": "这一批测评票已作废，不能再投票。请收回销毁。",
    "/rounds/{round_id}/slips/void": "本轮全部测评票已作废，不能再投票。请收回销毁，重新印制。",
    "/rounds/{round_id}/slips/counts": "清点结果已保存。",
    "counted_by_one_of_two": "清点结果已保存。组织者和监票人各自清点、数目一致以后才能开箱。",
    "counts_agree": "清点结果已保存。组织者和监票人的数目一致。",
    "counts_differ": "清点结果已保存。组织者和监票人的数目不同，一致以后才能开箱。请当面重数，数错的一方改正。",
    "/rounds/{round_id}/key": "持有人已保存。下一步：每位持有人各自登录，抽取并核对自己的钥匙单。",
    "/rounds/{round_id}/key/check": "核对无误，钥匙单上的字是对的。",
    "/rounds/{round_id}/key/make": "钥匙单都已核对，票箱钥匙已生成。请各自保管好钥匙单，开箱时带来。",
    "/rounds/{round_id}/opening/begin": "开箱已经开始。请各持有人输入钥匙单上的字。",
    "/rounds/{round_id}/opening/share": "已收到这份钥匙，只有开箱进程能解开。",
    "/rounds/{round_id}/opening/start": "已经下令开箱，页面上可以看到进度。",
    "/rounds/{round_id}/publish": "结果已公布，范围内的人现在可以看到。",
    "/rounds/{round_id}/releases/{release_id}/withdraw": "这项公布已撤回。",
    "/rounds/{round_id}/meeting": "会议和文号已保存，结果页、公告和大屏上都按它显示。",
    "/rounds/{round_id}/correct": "结果已更正，原来的版本仍可查看。",
    "/results/{round_id}/documents": "文件已保存。",
    "/templates/{kind}": "报告模板已更换。",
    "/templates/{kind}/reset": "已恢复为自带的报告模板。",
    "/offices/add": "机构已添加。",
    "/offices/import": "机构已成批添加。",
    "/offices/{office_id}/edit": "名称和上级已保存。",
    "/offices/{office_id}/close": "已不对上级开放：上级看不到本机构和下级的内容。",
    "/offices/{office_id}/open": "已对上级开放：上级看得到本机构和下级的活动。",
    "/offices/{office_id}/delete": "机构已删除。",
    "/offices/{office_id}/units/add": "单位已记入名录。",
    "/offices/{office_id}/import/confirm": "单位已记入名录。",
    "/offices/{office_id}/units/{registered_id}": "名录已更改，已经冻结的测评表和已有的结果不变。",
    "/offices/{office_id}/units/{registered_id}/delete": "单位已从名录中删除，活动中的单位不变。",
    "/tokens/{token_id}/revoke": "访问令牌已作废。",
    "/campaigns/{campaign_id}/opinions": "意见已录入。",
    "/campaigns/{campaign_id}/opinions/remarks": "投票时写的意见已收入意见建议。",
    "/campaigns/{campaign_id}/opinions/import/confirm": "意见已导入。",
    "/campaigns/{campaign_id}/opinions/merge": "归并已保存。",
    "/campaigns/{campaign_id}/opinions/record": "这一步归并已撤销。",
    "/holidays": "节假日表已保存。",
    "/holidays/undo": "这一天已恢复为原来的安排。",
    "/rectification/flags/{round_id}/{unit_id}": "决定已记下，责任单位会在收件箱中看到。",
    "/rectification/orders/{order_id}/steps/{event}": "这一步已办理，有关的人会在收件箱中看到。",
    "/rectification/campaigns/{campaign_id}/plans": "要求已提出，各单位的联络员会在收件箱中看到。",
    "/rectification/campaigns/{campaign_id}/plans/due": "报送期限已经更改，各单位的联络员会在收件箱中看到。",
    "/rectification/plans/{plan_id}/due": "报送期限已经更改，责任单位会在收件箱中看到。",
    "/rectification/plans/{plan_id}/withdraw": "要求已经撤回，责任单位会在收件箱中看到。",
    "/rectification/campaigns/{campaign_id}/issues": "问题已登记。",
    "/rectification/campaigns/{campaign_id}/issues/{issue_id}": "问题已保存。",
    "/rectification/campaigns/{campaign_id}/issues/{issue_id}/withdraw": "问题已撤回。",
    "/rectification/plans/{plan_id}/announce": "承诺已公示，有关的人会在收件箱中看到。",
    "/rectification/plans/{plan_id}/review": "审定意见已记下，责任单位会在收件箱中看到。",
    "/rectification/plans/{plan_id}/edit": "整改方案已保存。",
    "/rectification/orders/{order_id}/mode": "督办方式已改变，责任单位会在收件箱中看到。",
    "/rectification/actions/{action_id}": "这一步已办理。",
    "/rectification/actions/{action_id}/rating": "评价已记下。",
    "/rectification/vote": "已建立测评。核对名单和人数以后，从“轮次”冻结、印票。",
    "/rectification/plans/{plan_id}/sign": "已签批，督办的人会在收件箱中看到。",
    "/rectification/plans/{plan_id}/signed": "签字页已保存，督办的人会在收件箱中看到。",
    "/rectification/actions/{action_id}/sign": "已签批，督办的人会在收件箱中看到。",
    "/rectification/actions/{action_id}/signed": "签字页已保存，督办的人会在收件箱中看到。",
    "/rectification/campaigns/{campaign_id}/signing": "签批的要求和主要负责人已保存。",
    "/rectification/actions/{action_id}/rules": "制度成果已记下。",
    "/rectification/actions/{action_id}/extension": "延期申请已提交，督办的人会在收件箱中看到。",
    "/rectification/actions/{action_id}/extension/{extension_id}": "批复已记下，责任单位会在收件箱中看到。",
    "/rectification/import/confirm": "台账已更新。",
    "/campaigns/{campaign_id}/board/{unit_id}/{step}": "已记下这一步完成。",
    "/campaigns/{campaign_id}/board/{unit_id}/{step}/undo": "已撤销这一步的完成记录。",
    "/campaigns/{campaign_id}/board/edit": "阶段和步骤已保存。",
}  # fmt: skip
"""By the path of the form's route, or by a code that the act itself gave."""


def tell(request: Request, response: Response, code: str = "") -> Response:
    """Let a redirect carry the sentence of ``code``, or of the form's route; other answers speak for themselves.

    What was said first stays: an act inside of a form's handling knows whether it was done or only asked for.
    """
    code = code or getattr(request.scope.get("route"), "path", "")
    if isinstance(response, RedirectResponse) and code in SENTENCES and not _is_told(response):
        secure = request.app.state.settings.desk_https
        response.set_cookie(COOKIE, code, LIFE_SECONDS, httponly=True, secure=secure, samesite="strict")
    return response


def _is_told(response: Response) -> bool:
    return any(one.startswith(f"{COOKIE}=") for one in response.headers.getlist("set-cookie"))


def told(request: Request) -> str:
    """Return the sentence that the page before has left for this one, or nothing."""
    return SENTENCES.get(request.cookies.get(COOKIE, "").strip('"'), "")


def forget(request: Request, response: Response) -> None:
    """Take the sentence away, now that it is shown."""
    if COOKIE in request.cookies:
        secure = request.app.state.settings.desk_https
        response.delete_cookie(COOKIE, httponly=True, secure=secure, samesite="strict")
