"""Who may make an account: nobody by themselves; on a shared instance, whoever holds an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter

from mettle.web.models import Invitation

if TYPE_CHECKING:
    from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Sign-up is open only to a session that has opened a valid invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor opened an invitation that is still valid."""
        token = request.session.get("invitation", "")
        return Invitation.objects.usable(token).exists()
