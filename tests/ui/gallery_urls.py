"""The addresses of debug, which `aloft.urls` leaves out as the tests run."""

from __future__ import annotations

from django.urls import path

from aloft.ui.gallery import gallery
from aloft.urls import urlpatterns as usual

urlpatterns = [*usual, path("gallery", gallery, name="gallery")]
