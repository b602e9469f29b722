from __future__ import annotations

from django.urls import path

from aloft.portal import views

urlpatterns = [
    path("", views.home, name="portal"),
    path("steps/<int:step_id>", views.step, name="portal_step"),
    path("feedback", views.feedback, name="portal_feedback"),
    path("you", views.you, name="portal_you"),
    path("as/<uuid:account_id>", views.preview, name="portal_preview"),
]
