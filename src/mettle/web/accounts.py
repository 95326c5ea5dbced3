"""Who may make an account: nobody by themselves; on a shared instance, whoever holds an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import PermissionDenied
from django.db import transaction

from mettle.web.models import Invitation

if TYPE_CHECKING:
    from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Sign-up is open only to a session that has opened a valid invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor opened an invitation that is still valid."""
        token = request.session.get("invitation", "")
        return Invitation.objects.usable(token).exists()

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 # allauth's signature
        """Make the account and use the invitation up, both or neither: one invitation never makes two accounts."""
        with transaction.atomic():
            made = super().save_user(request, user, form, commit)
            token = request.session.pop("invitation", "")
            if not Invitation.objects.usable(token).update(used_by=made):
                raise PermissionDenied
        return made
