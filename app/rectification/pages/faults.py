"""Which field of a form an error is about, so that its page can mark it and lead to it."""

from collections.abc import Mapping

from app.web.desk import Refused

_OF_CODES: Mapping[str, str] = {
    "plan_units_missing": "units",
    "plan_asked_already": "units",
    "plan_due_past": "plan_due",
    "plan_due_same": "plan_due",
    "entered_issue_title_missing": "title",
    "issue_units_missing": "units",
    "issue_answered": "units",
    "order_document_missing": "document_number",
    "order_reason_missing": "reason",
    "order_plan_due_past": "plan_due",
    "order_remedial_before_plan": "remedial_due",
    "order_retest_before_remedial": "retest_due",
    "plan_remarks_missing": "remarks",
    "action_text_missing": "text",
    "action_explanation_missing": "text",
    "action_due_needed": "due",
    "rules_settled": "rules_made",
    "signed_page_missing": "page",
    "resume_by_owner": "due",
    "extension_not_later": "until",
    "extension_too_late": "until",
    "extension_reason_missing": "reason",
    "step_proof_missing": "proof",
    "step_done_in_future": "done_on",
    "attachment_type": "file",
    "attachment_too_large": "file",
    "attachments_too_many": "file",
    "attachment_not_stored": "file",
    "mode_unchanged": "mode",
    "announce_not_confirmed": "confirmed",
}
_OF_LABELS: Mapping[str, str] = {
    "报送方案的期限": "plan_due",
    "完成补课的期限": "remedial_due",
    "复测的期限": "retest_due",
    "督办方式": "mode",
    "新的完成时限": "due",
    "延期至": "until",
    "完成日期": "done_on",
    "依据": "proof",
    "操作": "event",
    "完成情况": "text",
    "退回的理由": "reason",
    "复测名称": "title",
    "理由": "reason",
    "制度成果": "rules_made",
}


def faulty(refused: Refused | None) -> str:
    """Return the name of the field that was refused; empty where none was, or where it is about no field."""
    if refused is None:
        return ""
    told = refused.error
    if told.code == "order_reason_missing" and "waiver" in refused.form:
        return "waiver"
    label = str(told.params.get("field", ""))
    return str(told.params.get("at", "")) or _OF_CODES.get(told.code, "") or _OF_LABELS.get(label, label)
