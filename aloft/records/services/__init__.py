"""The verbs of records: each is one transaction that writes the row, its audit entry and its change.

All take `actor` (a handle, or what acted) and `at` (an aware instant), raise `Refused` for input they do not
take, and write nothing where nothing differs.
"""

from aloft.records.changes import log_change
from aloft.records.refusals import Refused
from aloft.records.services.accounts import set_account
from aloft.records.services.assigning import assign_accounts, undo_assignment
from aloft.records.services.books import Held, set_book, set_holdings
from aloft.records.services.contacts import Word, add_consents, set_consent, set_contact
from aloft.records.services.contracts import amend_line, pause_line, set_contract, set_product
from aloft.records.services.drafts import (
    Overtaken,
    begin_draft,
    close_draft,
    discard_draft,
    restore_draft,
    save_draft,
    undo_draft,
)
from aloft.records.services.exceptions import end_exception, except_account
from aloft.records.services.invitations import accept_invitation, invite_contact, withdraw_access
from aloft.records.services.merging import merge_accounts, unmerge_account
from aloft.records.services.people import create_user_for, set_person, take_leave
from aloft.records.services.plans import (
    NewPlan,
    add_plans,
    add_steps,
    agree_plan,
    read_goal,
    review_plan,
    set_goal,
    set_step,
)
from aloft.records.services.published import publish_model
from aloft.records.services.pulses import give_pulse
from aloft.records.services.rates import set_rate
from aloft.records.services.recorded import record_fact, withdraw_fact
from aloft.records.services.sources import declare_complete
from aloft.records.services.views import (
    delete_view,
    open_with,
    rename_view,
    restore_view,
    save_view,
    share_view,
)

__all__ = [
    "Held",
    "NewPlan",
    "Overtaken",
    "Refused",
    "Word",
    "accept_invitation",
    "add_consents",
    "add_plans",
    "add_steps",
    "agree_plan",
    "amend_line",
    "assign_accounts",
    "begin_draft",
    "close_draft",
    "create_user_for",
    "declare_complete",
    "delete_view",
    "discard_draft",
    "end_exception",
    "except_account",
    "give_pulse",
    "invite_contact",
    "log_change",
    "merge_accounts",
    "open_with",
    "pause_line",
    "publish_model",
    "read_goal",
    "record_fact",
    "rename_view",
    "restore_draft",
    "restore_view",
    "review_plan",
    "save_draft",
    "save_view",
    "set_account",
    "set_book",
    "set_consent",
    "set_contact",
    "set_contract",
    "set_goal",
    "set_holdings",
    "set_person",
    "set_product",
    "set_rate",
    "set_step",
    "share_view",
    "take_leave",
    "undo_assignment",
    "undo_draft",
    "unmerge_account",
    "withdraw_access",
    "withdraw_fact",
]
