"""One-time sign-in links, printed by the machine that holds the data. Only the hash of a token is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from mettle.web.models import SignInLink

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OWNER = "me"
VALID_FOR = timedelta(minutes=15)


def owner() -> User:
    """The account of the person who runs this installation, made at first start; it has no password."""
    users: Any = get_user_model().objects
    user, made = users.get_or_create(username=OWNER)
    if made:
        user.set_unusable_password()
        user.save()
    return user  # type: ignore[no-any-return] # Django's manager is untyped here


def is_owner(user: Any) -> bool:
    """Whether this account is that of the person who runs this installation."""
    return bool(user.get_username() == OWNER)


def make_link(user: User) -> str:
    """The path of a fresh link that signs this account in once, within fifteen minutes."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(until__lt=timezone.now()).delete()
    SignInLink.objects.create(token_sha256=_digest(token), user=user, until=timezone.now() + VALID_FOR)
    return f"/sign-in/{token}/"


def redeem(token: str) -> User | None:
    """The account that a token signs in, or None where it is unknown, used or too old. A token works once."""
    with transaction.atomic():
        link = (
            SignInLink.objects.select_for_update()
            .filter(token_sha256=_digest(token), used_at=None, until__gt=timezone.now())
            .first()
        )
        if link is None:
            return None
        link.used_at = timezone.now()
        link.save()
    return link.user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
