"""Letters, against a real mail server on this machine: an address of one's own, back in by a code, trouble in one line."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from mettle.errors import InputError
from mettle.web import letters, models, phone, signin
from mettle.web.place import Place
from tests.conftest import ROOT
from tests.web.mailbox import Mailbox, mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

PASSWORD = "a long enough password"
HEALTH = re.compile(
    r"health|mood|train|depress|anxi|sleep|therap|mind|mental|symptom|session|check-in|exercise|diagnos|feel|questionnaire",
    re.IGNORECASE,
)
"""Words that would tell whoever reads over a shoulder what the app is for."""


def place(url: str, *hosts: str) -> Place:
    return Place(
        Path("/nowhere"), ("localhost", "127.0.0.1", *hosts), https=False, hosted=False, database_url="", email_url=url
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp://ann:p%40ss@mail.example.org:2525",
            {
                "EMAIL_HOST": "mail.example.org",
                "EMAIL_PORT": 2525,
                "EMAIL_HOST_USER": "ann",
                "EMAIL_HOST_PASSWORD": "p@ss",
            },
        ),
        ("smtp://mail.example.org", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_USE_SSL": False}),
        ("smtps://mail.example.org", {"EMAIL_PORT": 465, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True}),
        ("smtp://localhost:25", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False}),
        ("smtp://localhost?starttls=yes", {"EMAIL_USE_TLS": True}),
        ("smtp://mail.example.org?starttls=no", {"EMAIL_USE_TLS": False}),
        ("smtp://mail.example.org", {"DEFAULT_FROM_EMAIL": "mettle@gym.example.org"}),
        ("smtp://ann%40example.org:x@mail.example.org", {"DEFAULT_FROM_EMAIL": "ann@example.org"}),
        (
            "smtp://mail.example.org?from=A%20Name%20%3Cn@example.org%3E",
            {"DEFAULT_FROM_EMAIL": "A Name <n@example.org>"},
        ),
    ],
)
def test_a_mail_server_is_one_address(url: str, expected: dict[str, Any]) -> None:
    told = place(url, "gym.example.org").email()
    assert {name: told[name] for name in expected} == expected


def test_without_one_nothing_is_set() -> None:
    assert place("").email() == {}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mail.example.org", "smtp://"),
        ("https://secret@mail.example.org", "smtp://"),
        ("smtp://", "host"),
        ("smtp://ann:secret@mail.example.org:port", "port"),
        ("smtp://ann:secret@mail.example.org:99999", "port"),
        ("smtp://ann:secret/word@mail.example.org", "port"),
        ("smtp://mail.example.org/inbox", "host"),
        ("smtp://mail.example.org?to=a@b.c", "from="),
        ("smtp://mail.example.org?starttls=maybe", "starttls"),
        ("smtp://mail.example.org?from=nobody", "from"),
        ("smtp://mail.example.org?from=", "from"),
        ("smtp://mail.example.org?from=a@b.c%0aBcc:x@y.z", "from"),
        ("smtp://[mail", "port"),
        ("smtp://ann:secr%C3%A9t@mail.example.org", "ASCII"),
    ],
)
def test_a_wrong_one_is_one_line_without_the_password(url: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        place(url).email()
    line = str(caught.value)
    assert line.startswith("METTLE_EMAIL_URL: ")
    assert says in line
    assert "secret" not in line
    assert "\n" not in line


def test_the_app_does_not_start_with_a_wrong_one(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "DATABASE_URL"))}
    said = {
        "METTLE_DATA": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
        "METTLE_EMAIL_URL": "smtp://ann:secret@mail:x",
    }
    command = [sys.executable, "-m", "mettle.web", "--link"]
    done = subprocess.run(command, env={**kept, **said}, capture_output=True, text=True, check=False, cwd=ROOT)
    line = "mettle: METTLE_EMAIL_URL: the port must be a number from 1 to 65535\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


@pytest.fixture
def certificate(tmp_path: Path) -> Any:
    return phone.certificates(tmp_path / "tls", ("localhost", "127.0.0.1"))


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_password_goes_over_tls_and_only_to_whom_the_certificate_names(
    scheme: str, certificate: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.certificate, certificate.key)
    said = {"user": "ann", "password": "pass/word", "tls": server, "from_the_first_byte": scheme == "smtps"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailbox(**said) as box:
        url = f"{scheme}://ann:pass%2Fword@localhost:{box.port}"
        told = place(url + ("?starttls=yes" if scheme == "smtp" else "")).email()
        for name, value in told.items():
            setattr(settings, name, value)
        with pytest.raises(ssl.SSLError):
            EmailMessage("x", "y", None, ["bo@example.org"]).send()
        assert not box.letters
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
        EmailMessage("x", "y", None, ["bo@example.org"]).send()
        assert (len(box.letters), box.encrypted) == (1, [True])


def add(client: Client, address: str) -> str:
    reply = client.post(reverse("account_email"), {"email": address, "action_add": ""}, follow=True)
    return reply.content.decode()


def sign_in_again(address: str, box: Mailbox, **extra: Any) -> Client:
    browser = Client(**extra)
    browser.post(reverse("account_request_login_code"), {"email": address})
    browser.post(reverse("account_confirm_login_code"), {"code": box.code()})
    return browser


def confirm(client: Client, address: str, box: Mailbox) -> None:
    add(client, address)
    client.post(box.link())
    assert EmailAddress.objects.get(email=address).verified


def shown_to(client: Client) -> str:
    return str(client.session.get("_auth_user_id"))


def test_an_address_is_added_confirmed_and_removed(alice: User, mailing: Mailbox) -> None:
    browser = Client()
    browser.get(signin.make_link(alice))
    assert "A letter is on its way to ann@example.org" in add(browser, "ann@example.org")
    assert mailing.envelopes == [("mettle@localhost", "ann@example.org")]
    assert "Not confirmed yet" in browser.get(reverse("account_email")).content.decode()
    assert (
        "Is ann@example.org yours? Letters to it will then lead into the account “alice”."
        in browser.get(mailing.link()).content.decode()
    )
    assert not EmailAddress.objects.get().verified  # a mail program that looks at links confirms nothing
    assert "You have confirmed ann@example.org" in browser.post(mailing.link(), follow=True).content.decode()
    assert EmailAddress.objects.get().verified
    browser.post(reverse("account_email"), {"email": "ann@example.org", "action_remove": ""})
    assert not EmailAddress.objects.exists()
    alice.refresh_from_db()
    assert alice.email == ""


def test_who_lost_all_else_comes_back_with_a_code_once(alice: User, as_alice: Client, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    browser = sign_in_again("Ann@Example.org", mailing)
    assert shown_to(browser) == str(alice.pk)
    other = Client()
    other.post(reverse("account_request_login_code"), {"email": "ann@example.org"})
    fresh, old = mailing.code(), next(m for m in mailing.letters if "your code" in m["subject"])
    other.post(
        reverse("account_confirm_login_code"), {"code": re.findall(r"[A-Z]{4}-[A-Z]{4}", str(old.get_content()))[0]}
    )
    assert "_auth_user_id" not in other.session
    Client().post(reverse("account_confirm_login_code"), {"code": fresh})
    other.post(reverse("account_confirm_login_code"), {"code": fresh})
    assert shown_to(other) == str(alice.pk)


def passkey(user: User, *, alone: bool) -> None:
    told = {"credProps": {"rk": alone}}
    data = {"name": "phone", "credential": {"clientExtensionResults": told}}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def test_a_lost_passkey_is_replaced_after_a_code(
    alice: User, mailing: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    passkey(alice, alone=True)
    alice.set_unusable_password()
    alice.save()
    browser = sign_in_again("ann@example.org", mailing)
    assert shown_to(browser) == str(alice.pk)
    gone = browser.post(reverse("mfa_remove_webauthn", args=[Authenticator.objects.get().pk]))
    assert gone["Location"] == reverse("mfa_list_webauthn")
    assert not Authenticator.objects.exists()
    assert "A security key has been removed" in mailing.text()


def test_later_than_that_it_is_asked_who_one_is(alice: User, mailing: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    monkeypatch.setattr("mettle.web.accounts.FRESH_S", -1)
    reply = own.post(reverse("account_email"), {"email": "ann@example.org", "action_add": ""})
    assert reply["Location"].startswith(reverse("account_reauthenticate"))
    asked = own.get(reply["Location"]).content.decode()
    assert "Is it you?" in asked
    assert "come back with a code by e-mail" in asked
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("second", ["totp", "key"])
def test_who_chose_to_be_asked_for_two_things_is(alice: User, mailing: Mailbox, second: str) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    if second == "totp":
        Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    else:
        passkey(alice, alone=False)
    browser = sign_in_again("ann@example.org", mailing)
    assert "_auth_user_id" not in browser.session


def test_a_forgotten_password_is_replaced(alice: User, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": "ann@example.org"})
    browser.post(reverse("account_confirm_password_reset_code"), {"code": mailing.code()})
    new = "quite another passphrase"
    reply = browser.post(reverse("account_complete_password_reset"), {"password1": new, "password2": new}, follow=True)
    assert "Your new password is kept" in reply.content.decode()
    browser.post(reverse("account_login"), {"login": "alice", "password": new})
    assert shown_to(browser) == str(alice.pk)


PAGES = {
    "account_request_login_code": "account_confirm_login_code",
    "account_reset_password": "account_confirm_password_reset_code",
}


@pytest.mark.parametrize("ask", PAGES)
def test_nobody_learns_whose_address_it_is(alice: User, bob: User, mailing: Mailbox, ask: str) -> None:
    """Confirmed, typed by another and never confirmed, unknown, refused by the mail server: one and the same page."""
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    other = Client()
    other.get(signin.make_link(bob))
    add(other, "typed@example.org")
    seen: set[tuple[Any, ...]] = set()
    before = len(mailing.letters)
    for address, refuses in (("ann", False), ("typed", False), ("unknown", False), ("ann", True)):
        mailing.refuses = refuses
        browser = Client()
        reply = browser.post(reverse(ask), {"email": f"{address}@example.org"}, follow=True)
        page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", reply.content.decode())
        seen.add((tuple(reply.redirect_chain), page.replace(address, "NAME")))
        wrong = browser.post(reverse(PAGES[ask]), {"code": "BBBB-BBBB"})
        seen.add((wrong.status_code, "Incorrect code" in wrong.content.decode()))
    assert len(seen) == 2
    assert [to for _, to in mailing.envelopes[before:]] == ["ann@example.org"]


def test_an_address_of_another_can_be_typed_and_never_taken(alice: User, bob: User, mailing: Mailbox) -> None:
    own, other = Client(), Client()
    own.get(signin.make_link(alice))
    other.get(signin.make_link(bob))
    confirm(own, "ann@example.org", mailing)
    cache.clear()  # three minutes later
    shown = add(other, "ann@example.org")
    assert "A letter is on its way" in shown  # what is said to anybody; the letter goes to Ann
    assert "belongs to another account" in own.get(mailing.link()).content.decode()
    own.post(mailing.link())
    assert EmailAddress.objects.get(verified=True).user == alice
    assert shown_to(sign_in_again("ann@example.org", mailing)) == str(alice.pk)


def test_a_letter_opened_in_anothers_browser_signs_nobody_out(alice: User, as_bob: Client, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    add(own, "ann@example.org")
    bob = shown_to(as_bob)
    as_bob.get(mailing.link())
    as_bob.post(mailing.link())
    assert shown_to(as_bob) == bob


def test_letters_say_what_their_reader_calls_the_app_and_nothing_of_what_it_is_for(
    alice: User, mailing: Mailbox
) -> None:
    person = models.Person.of(alice)
    person.choices = {"app_name": "Garden\nBcc: x@y.z"}
    person.save()
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    sign_in_again("ann@example.org", mailing)
    Client().post(reverse("account_reset_password"), {"email": "ann@example.org"})
    own.post(reverse("account_set_password"), {})
    own.post(reverse("account_email"), {"email": "ann@example.org", "action_remove": ""})
    subjects = [str(letter["subject"]) for letter in mailing.letters]
    assert subjects[0] == "mettle: please confirm this address".replace("this", "your")
    assert {s.split(": ")[0] for s in subjects[1:3]} == {"Garden Bcc"}
    for letter in mailing.letters:
        words = f"{letter['subject']}\n{letter.get_content()}"
        assert not HEALTH.search(words), words
        assert letter["bcc"] is None
        assert "alice" not in words
        assert letter.get_content_type() == "text/plain"


def test_the_host_mails_an_invitation(db: None, mailing: Mailbox) -> None:
    owner = signin.owner()
    host = Client()
    host.get(signin.make_link(owner))
    shown = host.post(reverse("invitations"), {"to": "new@example.org"}).content.decode()
    assert "Sent. This is the address" in shown
    assert mailing.envelopes[-1][1] == "new@example.org"
    assert not HEALTH.search(mailing.text())
    assert mailing.link() == reverse("join", args=[models.Invitation.objects.get().token])
    assert Client().get(mailing.link())["Location"] == reverse("account_signup")
    mailing.refuses = True
    shown = host.post(reverse("invitations"), {"to": "gone@example.org"}).content.decode()
    assert "The mail server took no letter" in shown
    assert 'id="invitation"' in shown
    before = models.Invitation.objects.count()
    assert "is written like" in host.post(reverse("invitations"), {"to": "nobody"}).content.decode()
    assert models.Invitation.objects.count() == before


def _refused(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]


def _unknown(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"


def _wrong_password(settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ann", "wrong"


TROUBLE: dict[str, Callable[[Any], None]] = {
    "nothing listens": _refused,
    "no such name": _unknown,
    "wrong password": _wrong_password,
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_dead_mail_server_is_one_line(alice: User, mailing: Mailbox, settings: Any, trouble: str) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    mailing.user, mailing.password = "ann", "right"
    TROUBLE[trouble](settings)
    line = "The mail server took no letter"
    said = set()
    for address in ("ann@example.org", "nobody@example.org"):
        for ask in PAGES:
            reply = Client().post(reverse(ask), {"email": address}, follow=True)
            assert reply.status_code == 200
            assert line in reply.content.decode()
            said.add(tuple(reply.redirect_chain))
            cache.delete(letters.DOWN)
    assert len(said) == len(PAGES)
    assert line in add(own, "second@example.org")
    assert EmailAddress.objects.filter(email="second@example.org").exists()  # it can be sent again
    removed = own.post(reverse("account_email"), {"email": "second@example.org", "action_remove": ""}, follow=True)
    assert "Removed" in removed.content.decode()  # a change stands, whether its letter goes out or not


def test_a_server_that_hangs_is_left_alone_for_a_minute(alice: User, mailing: Mailbox, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.2
        Client().post(reverse("account_request_login_code"), {"email": "a@example.org"})
        silent.settimeout(10)
        silent.accept()[0].close()
        silent.setblocking(False)
        for n in range(3):
            reply = Client().post(reverse("account_request_login_code"), {"email": f"{n}@example.org"}, follow=True)
            assert "The mail server took no letter" in reply.content.decode()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_one_address_gets_few_letters_whoever_asks(alice: User, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    before = len(mailing.letters)
    for n in range(8):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post(reverse("account_request_login_code"), {"email": "ann@example.org"})
    assert len(mailing.letters) - before == 5


def test_three_wrong_codes_end_it(alice: User, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    browser = Client()
    browser.post(reverse("account_request_login_code"), {"email": "ann@example.org"})
    for _ in range(3):
        browser.post(reverse("account_confirm_login_code"), {"code": "BBBB-BBBB"})
    browser.post(reverse("account_confirm_login_code"), {"code": mailing.code()})
    assert "_auth_user_id" not in browser.session


def test_an_address_goes_with_the_account(alice: User, mailing: Mailbox) -> None:
    own = Client()
    own.get(signin.make_link(alice))
    confirm(own, "ann@example.org", mailing)
    own.post(reverse("data_erase"), {"word": "erase"})
    assert not EmailAddress.objects.exists()


WITHOUT = ["/accounts/email/", "/accounts/confirm-email/x/", "/accounts/password/reset/", "/accounts/login/code/"]


@pytest.mark.parametrize("address", WITHOUT)
def test_without_a_mail_server_all_is_as_it_was(as_alice: Client, address: str) -> None:
    assert as_alice.get(address).status_code == 404
    assert "E-mail" not in as_alice.get(reverse("settings")).content.decode()
    assert "e-mail" not in Client().get(reverse("account_login")).content.decode()
