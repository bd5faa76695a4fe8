"""Why a step of 补课 is refused; every value is the code of a sentence for the reader."""

from enum import StrEnum


class Refusal(StrEnum):
    """The answer where there is no next state, or where a step lacks what it needs."""

    TOO_EARLY = "step_too_early"
    TOO_LATE = "step_too_late"
    SET_ASIDE = "step_set_aside"
    ENDED = "step_ended"

    ORDER_REASON_MISSING = "order_reason_missing"
    ORDER_DOCUMENT_MISSING = "order_document_missing"
    ORDER_PLAN_DUE_PAST = "order_plan_due_past"
    ORDER_REMEDIAL_BEFORE_PLAN = "order_remedial_before_plan"
    ORDER_RETEST_BEFORE_REMEDIAL = "order_retest_before_remedial"

    PLAN_INCOMPLETE = "plan_incomplete"
    PLAN_REMARKS_MISSING = "plan_remarks_missing"
    PLAN_DUE_PAST = "plan_due_past"
    PLAN_DUE_SAME = "plan_due_same"

    ISSUE_TITLE_MISSING = "entered_issue_title_missing"
    ISSUE_UNITS_MISSING = "issue_units_missing"

    ACTION_TEXT_MISSING = "action_text_missing"
    ACTION_EXPLANATION_MISSING = "action_explanation_missing"
    ACCEPTOR_IS_OWNER = "acceptor_is_owner"
    ACCEPTOR_UNKNOWN = "acceptor_unknown"
    OWNER_UNKNOWN = "action_owner_unknown"
    ACT_BEFORE_LAST = "act_before_last"
    DUE_NEEDED = "action_due_needed"
    RESUME_BY_OWNER = "resume_by_owner"

    EXTENSION_TOO_LATE = "extension_too_late"
    EXTENSION_NOT_LATER = "extension_not_later"
    EXTENSION_REASON_MISSING = "extension_reason_missing"
    EXTENSION_PENDING = "extension_pending"
    EXTENSION_NOT_OPEN = "extension_not_open"
    EXTENSION_DECIDED = "extension_decided"
    EXTENSION_BY_ASKER = "extension_by_asker"

    STEP_PROOF_MISSING = "step_proof_missing"
    STEP_DONE_IN_FUTURE = "step_done_in_future"
