"""The app's own settings, in a folder that is thrown away."""

from __future__ import annotations

import os
import tempfile

SAID = os.environ.get("METTLE_DATA")
os.environ["METTLE_DATA"] = SAID or tempfile.mkdtemp(prefix="mettle-test-")
from mettle.web.settings import *  # noqa: E402, F403 # the environment must be set first; tests run with the app's own settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests make many accounts; this is the quick one
LOOK_FOR_BETTER_PLANS = False  # one test turns it on; elsewhere the quick plan is as good
if SAID is None:
    del os.environ["METTLE_DATA"]  # other tests read the words that setup has fetched
