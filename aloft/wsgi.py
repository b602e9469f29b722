from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aloft.settings")

django_application = get_wsgi_application()

from aloft.collect.wire.application import in_front_of  # noqa: E402  (needs the settings)

application = in_front_of(django_application)

# What is loaded stays: to look for circles in all of it costs some request a tenth of a second each time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
