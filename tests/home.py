"""A home of its own for the tests, set before Django reads its settings; loaded with `-p tests.home`."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="aloft-tests-")
os.mkdir(os.path.join(HOME, "static"))  # where pages look for what `collectstatic` gathers
os.environ["ALOFT_HOME"] = HOME
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
