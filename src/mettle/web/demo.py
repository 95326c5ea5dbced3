"""The simulated person: sixteen weeks of training and check-ins with a known effect, marked as simulated everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from mettle.web.models import Person

if TYPE_CHECKING:
    from django.contrib.auth.models import User

USERNAME = "simulated"


def simulated_user() -> User:
    """The simulated person's account, made with its history at first call."""
    users: Any = get_user_model().objects
    user, made = users.get_or_create(username=USERNAME)
    if made:
        user.set_unusable_password()
        user.save()
        Person.objects.create(user=user, simulated=True)
    return user  # type: ignore[no-any-return] # Django's manager is untyped here
