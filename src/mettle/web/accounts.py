"""Who may make an account and how one gets back into it: by invitation; with a letter, where this instance sends any."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailView
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mettle.web import letters
from mettle.web.models import Invitation

if TYPE_CHECKING:
    from django.http import HttpRequest

FRESH_S = 300
"""How long a sign-in by link or letter counts as having just shown who one is: time to replace a lost passkey."""
NOBODY = "account/email/unknown_account"


class Adapter(DefaultAccountAdapter):
    """Sign-up by invitation, letters in neutral words, and a mail server that is away is one line for the person."""

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

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as far as the proxies in front can be believed; where they say nothing, the proxy itself."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR") or "unknown")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What failures to sign in are counted by besides the address: the name alone. The library adds the host that was asked for,
        and a guesser may put any port behind it.
        """
        del request
        return str(credentials.get("email", credentials.get("username", ""))).lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter; where the mail server is away, the answer to this request is the page again, with one line."""
        if not self._sent(template_prefix, email, context):
            messages.error(
                self.request, _("The mail server took no letter. Look at the address, or try again in some minutes.")
            )
            raise ImmediateHttpResponse(redirect(self.request.get_full_path()))

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell of a change that was made to the account. The change stands whether the letter goes out or not."""
        to = email or EmailAddress.objects.filter(user=user, primary=True, verified=True).values_list("email").first()
        if to:
            self._sent(template_prefix, to if isinstance(to, str) else to[0], {"user": user, **(context or {})})

    def invite(self, email: str, invitation: str) -> bool:
        """Send an invitation; whether the mail server took it."""
        host = letters.own_name(self.request.user)
        return self._sent("mettle/letters/invitation", email, {"invitation": invitation, "app_name": host})

    def _sent(self, template_prefix: str, email: str, context: dict[str, Any]) -> bool:
        if template_prefix == NOBODY:
            return letters.server_answers()
        said = {"app_name": letters.name_for(email), "host": self.request.get_host(), "email": email}
        letter = self.render_mail(template_prefix, email, {**said, **context})
        return letters.send(letter, tell_refusal=self.request.user.is_authenticated)

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> Any:
        """The letter, its subject led by what its reader calls the app."""
        letter = super().render_mail(template_prefix, email, context, headers)
        letter.subject = f"{context['app_name']}: {letter.subject}"
        return letter

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is."""
        return subject

    def get_login_stages(self) -> list[str]:
        """The steps of a sign-in, the second of them ours."""
        second = "allauth.mfa.stages.AuthenticateStage"
        return [f"{__name__}.SecondStep" if path == second else path for path in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask who one is before a change; not right after a link or a letter, or a lost passkey could not be replaced."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = any(r["method"] in ("code", "link") and time.time() - r["at"] < FRESH_S for r in records)
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)


class SecondStep(AuthenticateStage):
    """The second step of a sign-in, which a passkey that signs in alone does not ask of who came with a code by letter.

    Otherwise a lost passkey would lock its owner out for ever. An authenticator app, or a key that was added to be asked after a
    password, is asked all the same.
    """

    def handle(self) -> Any:
        """Go on, or ask."""
        records = get_authentication_records(self.request, self.login.user)
        if records and records[-1]["method"] == "code" and not _asks_for_two(self.login.user):
            return None, True
        return super().handle()


def _asks_for_two(user: Any) -> bool:
    """Whether this person chose to be asked for two things."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    for one in Authenticator.objects.filter(user=user, type__in=kinds):
        if one.type == Authenticator.Type.TOTP or one.wrap().is_passwordless is False:
            return True
    return False


def _confirmed(users: list[Any], email: str) -> list[Any]:
    """Those whose confirmed address this is: one that anybody could have typed leads into no account."""
    own = EmailAddress.objects.filter(email=email.lower(), verified=True).values_list("user_id", flat=True)
    return [user for user in users if user is not None and user.pk in set(own)]


class CodeForm(RequestLoginCodeForm):
    """Ask for a code to sign in."""

    _user: Any

    def clean_email(self) -> str:
        """The address; the code goes out only where it is confirmed."""
        email: str = super().clean_email()
        self._user = next(iter(_confirmed([self._user], email)), None)
        return email


class NewPasswordForm(ResetPasswordForm):
    """Ask for a code to choose a new password."""

    users: list[Any]

    def clean_email(self) -> str:
        """The address; the code goes out only where it is confirmed."""
        email: str = super().clean_email()
        self.users = _confirmed(self.users, email)
        return email


class ConfirmAddress(ConfirmEmailView):
    """The page that a letter leads to: it signs nobody out, whoever opens it."""

    def logout_other_user(self, confirmation: Any) -> None:
        """Whoever is signed in stays so: what they recorded may not have been sent yet."""
