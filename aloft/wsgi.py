from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")

django_application = get_wsgi_application()

from aloft.collect.wire.application import in_front_of  # noqa: E402  (needs the settings)

application = in_front_of(django_application)
