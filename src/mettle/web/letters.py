"""Letters: what leaves by e-mail where an instance has a mail server, and what is done where that server is not there.

A letter is sent while its writer waits, so that trouble can be told at once. Somebody who is not signed in is told the same
whether an address belongs to an account or not: where it does not, the mail server is called and nothing is given to it.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.mail import get_connection

from mettle.web import models

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

log = logging.getLogger("mettle.letters")

DOWN, DOWN_S = "mail_server_away", 60
"""A server that did not answer is left alone for a minute: each try may last seconds, in which nobody else is served."""
NAME = "mettle"


def name_for(address: str) -> str:
    """What the owner of an address calls the app; a letter shows that and no word on health."""
    owner = models.Person.objects.filter(
        user__emailaddress__email=address.lower(), user__emailaddress__verified=True
    ).first()
    return _shown(owner)


def own_name(user: Any) -> str:
    """What somebody calls their app."""
    return _shown(models.Person.objects.filter(user=user).first())


def _shown(owner: models.Person | None) -> str:
    chosen = str(owner.choices.get("app_name") or "") if owner else ""
    return " ".join(chosen.split()) or NAME


def send(letter: EmailMessage, *, tell_refusal: bool) -> bool:
    """Whether the mail server took it.

    Parameters
    ----------
    tell_refusal
        Whether a refused address counts as not taken. For somebody who is not signed in it counts as taken, since a refusal would
        tell that there was a letter to send.
    """
    try:
        return _given(letter)
    except smtplib.SMTPRecipientsRefused:
        log.warning("the mail server refused an address")
        return not tell_refusal


def server_answers() -> bool:
    """Whether the mail server would take a letter; asked in the place of one that has nobody to go to."""
    return _given(None)


def _given(letter: EmailMessage | None) -> bool:
    if cache.get(DOWN):
        return False
    connection = get_connection()
    try:
        connection.open()
        if letter is not None:
            connection.send_messages([letter])
        connection.close()
    except smtplib.SMTPRecipientsRefused:
        raise
    except (OSError, UnicodeError) as error:  # smtplib's and TLS's errors are among them
        log.warning("the mail server took no letter: %s", type(error).__name__)
        cache.set(DOWN, True, DOWN_S)
        return False
    finally:
        with contextlib.suppress(OSError):
            connection.close()
    return True
