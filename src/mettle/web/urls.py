"""Every address of the app: one line a screen. `tests/web/test_access.py` names each with who may open it."""

from __future__ import annotations

from django.urls import include, path

from mettle.web.api import api
from mettle.web.views import help_now, installed, today, welcome

urlpatterns = [
    path("", today.show, name="today"),
    path("welcome/", welcome.first_page, name="welcome"),
    path("welcome/simulated/", welcome.simulated, name="simulated"),
    path("sign-in/<str:token>/", welcome.sign_in, name="sign_in"),
    path("help-now/", help_now.show, name="help_now"),
    path("sw.js", installed.service_worker, name="service_worker"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
]
