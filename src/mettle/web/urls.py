"""Every address of the app: one line a screen. `tests/web/test_access.py` names each with who may open it."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from mettle.web import accounts
from mettle.web.api import api
from mettle.web.views import (
    answer,
    burden,
    data,
    evidence,
    installed,
    invitations,
    keys,
    lock,
    more,
    offline,
    plan,
    progress,
    prompts,
    questionnaires,
    reactions,
    safety_plan,
    sessions,
    setup,
    summary,
    today,
    trials,
    welcome,
)
from mettle.web.views import settings as settings_view

LETTERS = [
    path("accounts/confirm-email/<str:key>/", accounts.ConfirmAddress.as_view(), name="account_confirm_email"),
]
NO_LETTERS = [
    path("accounts/email/", welcome.no_email),
    path("accounts/confirm-email/<path:rest>", welcome.no_email),
    path("accounts/password/reset/", welcome.no_email),
    path("accounts/password/reset/<path:rest>", welcome.no_email),
]

handler500 = "mettle.web.unkept.broken"
urlpatterns = [
    path("", today.show, name="today"),
    path("heard/", today.heard, name="heard"),
    path("welcome/", welcome.first_page, name="welcome"),
    path("welcome/simulated/", welcome.simulated, name="simulated"),
    path("welcome/back/", welcome.come_back, name="come_back"),
    path("sign-in/<str:token>/", welcome.sign_in, name="sign_in"),
    path("setup/", setup.show, name="setup"),
    path("setup/now/", setup.now, name="setup_now"),
    path("setup/ready/", setup.ready, name="setup_ready"),
    path("setup/<slug:key>/", setup.step, name="setup_step"),
    path("plan/", plan.show, name="plan"),
    path("plan/again/", plan.again, name="plan_again"),
    path("plan/change/", plan.change, name="plan_change"),
    path("plan/printed/", plan.printed, name="plan_printed"),
    path("plan/calendar/", plan.calendar, name="plan_calendar"),
    path("questionnaires/", questionnaires.show, name="questionnaires"),
    path("questionnaires/<uuid:response>/", questionnaires.result, name="questionnaire_result"),
    path("questionnaires/<slug:instrument>/total/", questionnaires.total, name="questionnaire_total"),
    path("safety-plan/", safety_plan.show, name="safety_plan"),
    path("settings/lock/", lock.change, name="lock_change"),
    path("unlock/", lock.unlock, name="unlock"),
    path("settings/", settings_view.show, name="settings"),
    path("keys/", keys.show, name="keys"),
    path("keys/<int:key>/take-back/", keys.take_back, name="key_take_back"),
    path("invitations/", invitations.show, name="invitations"),
    path("join/<str:token>/", invitations.join, name="join"),
    path("answer/", answer.show, name="answer"),
    path("answer/open/", answer.unseal, name="answer_unseal"),
    path("answer/closer/", answer.closer, name="answer_closer"),
    path("answer/library.js", answer.library, name="answer_library"),
    path("evidence/", evidence.show, name="evidence"),
    path("evidence/<str:number>/", evidence.claim, name="claim"),
    path("progress/", progress.show, name="progress"),
    path("sessions/", sessions.show, name="sessions"),
    path("sessions/add/", sessions.add, name="session_add"),
    path("sessions/<uuid:session>/", sessions.one, name="session"),
    path("prompts/", prompts.show, name="prompts"),
    path("calendar/<str:token>.ics", prompts.feed, name="prompts_feed"),
    path("reactions/", reactions.show, name="reactions"),
    path("burden/", burden.show, name="burden"),
    path("trials/", trials.show, name="trials"),
    path("trials/new/<slug:code>/", trials.new, name="trial_new"),
    path("trials/new/<slug:code>/draw/", trials.preview, name="trial_preview"),
    path("trials/start/", trials.start, name="trial_start"),
    path("trials/<int:trial>/", trials.decide, name="trial_decide"),
    path("trials/<int:trial>/raw/", trials.raw, name="trial_raw"),
    path("trials/<int:trial>/end/", trials.end, name="trial_end"),
    path("more/", more.show, name="more"),
    # works without a network: shells with no personal data
    path("workout/", offline.workout, name="workout"),
    path("check-in/", offline.check_in, name="check_in"),
    path("questionnaire/", offline.questionnaire, name="questionnaire"),
    path("reaction/", offline.reaction, name="reaction"),
    path("help-now/", offline.help_now, name="help_now"),
    path("offline/", offline.no_connection, name="offline"),
    path("away/", offline.away, name="away"),
    # data
    path("data/", data.show, name="data"),
    path("data/summary/", summary.show, name="summary"),
    path("data/look/", data.look, name="data_look"),
    path("data/keep/", data.keep, name="data_keep"),
    path("data/leave/", data.leave, name="data_leave"),
    path("data/revert/<uuid:batch>/", data.revert, name="data_revert"),
    path("data/take-along/", data.take_along, name="data_take_along"),
    path("data/erase/", data.erase, name="data_erase"),
    # the machine
    path("sw.js", installed.service_worker, name="service_worker"),
    path("favicon.ico", installed.favicon, name="favicon"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    *(LETTERS if settings.MAILING else NO_LETTERS),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
]
