from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from aloft.ui.gallery import gallery
from aloft.workspace import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("sign-in/", include("aloft.records.sign_in_urls")),
    path("portal/", include("aloft.portal.urls")),
    path("", include("aloft.workspace.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("gallery", gallery, name="gallery"))
