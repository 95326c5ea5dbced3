"""Web Push: the machine's own key pair, and sending. What is sent is sealed for the browser, and neutral all the same."""

from __future__ import annotations

import base64
import hmac
import json
import logging
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from mettle.errors import InputError
from mettle.web.models import PushSubscription

if TYPE_CHECKING:
    from pathlib import Path

    from mettle.web.models import Person

log = logging.getLogger("mettle.push")

SERVICES = (
    ".googleapis.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
"""Push services of the browsers; another address would let anybody make this server call it."""
TIMEOUT_S = 10
TIME_TO_LIVE_S = 1800
GONE = (404, 410)


def allowed(endpoint: str) -> bool:
    """Whether an endpoint is that of a browser's push service.

    >>> allowed("https://fcm.googleapis.com/fcm/send/x"), allowed("http://fcm.googleapis.com/x"), allowed("https://10.0.0.1/")
    (True, False, False)
    """
    parts = urlsplit(endpoint)
    host = f".{parts.hostname or ''}"
    own = getattr(settings, "PUSH_SERVICES_TOO", ())  # for tests: a service on this machine
    return (parts.scheme == "https" and host.endswith(SERVICES)) or f"{parts.scheme}://{parts.netloc}" in own


def keys() -> Vapid02:
    """The key pair that signs for this installation, made at first use in the data folder, for the owner alone."""
    return _keys(settings.PLACE.data / "vapid.pem")


@cache
def _keys(path: Path) -> Vapid02:
    if not path.exists():
        made = Vapid02()
        made.generate_keys()
        path.touch(mode=0o600)
        path.write_bytes(made.private_pem())
    return Vapid02.from_file(str(path))


def public_key() -> str:
    """What a browser asks for to subscribe: the uncompressed point, base64url without padding."""
    point = keys().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def keep(person: Person, endpoint: str, keys: dict[str, str]) -> None:
    """Prompt a browser for this person from now on.

    A browser has one subscription, whoever is signed in, so the second account on a shared phone takes over the prompts of the
    first. It shows the same keys, which never leave the browser but to us; who knows the endpoint alone shows others.

    Raises
    ------
    InputError
        Where the endpoint is another account's and the keys are not those that it came with.
    """
    with transaction.atomic():
        known = PushSubscription.objects.select_for_update().filter(endpoint=endpoint).first()
        if known is not None and known.person_id != person.pk and not _same(known.keys, keys):
            log.warning("a browser of another account was not handed over: its keys differ")
            raise InputError("endpoint: this browser is prompted for another account")
        PushSubscription.objects.update_or_create(
            endpoint=endpoint, defaults={"person": person, "keys": keys, "made_at": now()}
        )


def _same(known: dict[str, str], shown: dict[str, str]) -> bool:
    return all(
        hmac.compare_digest(str(known.get(name, "")).encode(), shown[name].encode()) for name in ("p256dh", "auth")
    )


def send(subscription: dict[str, Any], message: dict[str, str]) -> bool:
    """Send one message; False where the browser has gone for good. Other trouble is logged without content, and True."""
    session = requests.Session()
    session.max_redirects = 0
    try:
        webpush(
            subscription,
            json.dumps(message),
            vapid_private_key=keys(),
            vapid_claims={"sub": "mailto:nobody@localhost"},
            ttl=TIME_TO_LIVE_S,
            timeout=TIMEOUT_S,
            requests_session=session,
        )
    except WebPushException as error:
        status = getattr(error.response, "status_code", None)
        log.warning("a prompt was not taken: status %s", status)
        return status not in GONE
    except (requests.RequestException, ValueError) as error:
        log.warning("a prompt was not sent: %s", type(error).__name__)
    finally:
        session.close()
    return True
