from __future__ import annotations

from django.urls import path

from aloft.workspace import actions, importing, publishing
from aloft.workspace.pages import (
    account,
    accounts,
    behind,
    explain,
    imports,
    model,
    revenue,
    today,
    version,
    why,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<uuid:account_id>/", account.account, name="account"),
    path("accounts/<uuid:account_id>/explain/<str:name>", explain.explain, name="explain"),
    path("accounts/<uuid:account_id>/open/<slug:moment>", actions.open_by_hand, name="open_by_hand"),
    path("accounts/<uuid:account_id>/pulse", actions.give_pulse, name="give_pulse"),
    path("revenue/", revenue.revenue, name="revenue"),
    path("revenue/accounts/", behind.behind, name="behind"),
    path("model/", model.model, name="model"),
    path("model/publish", publishing.publish, name="publish"),
    path("model/<slug:name>/<int:number>/", version.version, name="version"),
    path("model/<slug:name>/<int:number>/model.yaml", version.document, name="model_document"),
    path("moments/<uuid:occurrence_id>/", why.why, name="why"),
    path("moments/<uuid:occurrence_id>/start", actions.start, name="start"),
    path("moments/<uuid:occurrence_id>/done", actions.done, name="done"),
    path("moments/<uuid:occurrence_id>/record", actions.record, name="record"),
    path("moments/<uuid:occurrence_id>/snooze", actions.snooze, name="snooze"),
    path("moments/<uuid:occurrence_id>/skip", actions.skip, name="skip"),
    path("moments/<uuid:occurrence_id>/reopen", actions.reopen, name="reopen"),
    path("data/import", importing.send, name="import_files"),
    path("data/import/<uuid:upload_id>/", importing.understand, name="import_mapping"),
    path("data/import/<uuid:upload_id>/mapping.yaml", importing.document, name="import_document"),
    path("data/import/<uuid:upload_id>/store", importing.store, name="import_store"),
    path("data/import/<uuid:upload_id>/discard", importing.discard, name="import_discard"),
    path("data/imports", imports.imports, name="imports"),
    path("data/imports/<int:run_id>/", imports.import_report, name="import_report"),
    path("data/imports/<int:run_id>/quarantine.csv", importing.quarantined, name="quarantine"),
    path("data/imports/<int:run_id>/replay", importing.replay, name="replay"),
    path("data/quarantine/<int:row_id>/mend", importing.mend_row, name="mend"),
    path("facts/<int:fact_id>/withdraw", actions.withdraw, name="withdraw"),
]
