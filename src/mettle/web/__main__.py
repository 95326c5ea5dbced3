"""``python -m mettle.web``: migrate, sign in, serve. The ``mettle up`` command starts it as a child process."""

from __future__ import annotations

import argparse
import os
import sys

from mettle.errors import InputError
from mettle.web import serving
from mettle.web.place import Place


def main(argv: list[str] | None = None) -> int:
    """Prepare the database and serve until interrupted; trouble with what was asked, or with the database, is one line."""
    args = _parser().parse_args(argv)
    os.umask(0o077)
    try:
        return _run(args)
    except InputError as error:
        print(f"mettle: {error}", file=sys.stderr, flush=True)
        return 2
    except OSError as error:  # a full disk, a folder that may not be written to
        print(f"mettle: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr, flush=True)
        return 1
    except _no_database() as error:
        print(f"mettle: the database: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return 1


def _no_database() -> type[Exception]:
    from django.db import OperationalError  # noqa: PLC0415 # asked for only in trouble: the computing process needs no Django

    return OperationalError


def _run(args: argparse.Namespace) -> int:
    serves = not (args.link or args.backup or args.restore or args.what == "tick")
    lock = Place.from_environment().sqlite_lock()
    there = serving.alone(lock) if lock is not None and (serves or args.restore) else None
    if there is not None and args.restore:
        raise InputError(f"mettle serves this data {f'at {there}' if there else 'now'}; stop it first")
    if serves and there is None:
        serving.free(args.host, args.port)
    if args.phone and there is None:
        _for_a_phone(args)
    if args.cert:
        os.environ["METTLE_HTTPS"] = "1"
        os.environ.setdefault("METTLE_PROXIES", "0")  # it is spoken to itself
    if args.hosted:
        os.environ["METTLE_HOSTED"] = "1"
    names = (
        [args.name]
        if args.name != "localhost"
        else _names_elsewhere(args.host)
        if serves and "METTLE_HOSTS" not in os.environ
        else []
    )
    if names:
        os.environ["METTLE_HOSTS"] = ",".join(filter(None, [os.environ.get("METTLE_HOSTS"), *names]))
    if there is not None:
        return _is_there(there, args)
    _come_up()
    if args.backup or args.restore:
        return _kept_or_back(args)
    if args.what == "tick":
        return _tick()
    origin = f"{'https' if args.cert else 'http'}://{args.name}:{args.port}"
    if not args.link:
        serving.at(origin)
        _load_the_screens()
    link = origin + _link(demo=args.demo)
    print(f"mettle is at {link}", flush=True)
    if args.link:
        return 0
    print("That link signs you in once, within 15 minutes. Stop with Ctrl-C.", flush=True)
    if not _has_words():
        print(
            "The words of questionnaires are not on this machine; once, with a network: mettle text fetch", flush=True
        )
    if args.phone:
        from mettle.web import phone  # noqa: PLC0415 # cryptography and QR codes, only for a phone

        print(f"Then, on the phone, to sign in:\n{phone.qr(link)}", flush=True)
    if args.open and not args.phone:
        _open(link)
    return serving.serve(args)


def _has_words() -> bool:
    from mettle.instruments import text  # noqa: PLC0415 # the computing process imports this module too

    return text.all_fetched()


def _is_there(there: str, args: argparse.Namespace) -> int:
    """It runs already: the way to it, instead of a second server on the same file."""
    if not there:
        raise InputError("mettle is just starting on this data, or a backup is being restored; try again in a moment")
    _come_up()
    link = f"{there}/welcome/" if args.demo else there + _link(demo=False)
    print(f"mettle runs already, at {link}", flush=True)
    print("That link signs you in once, within 15 minutes. To start it otherwise, stop that one first.", flush=True)
    if args.open:
        _open(link)
    return 0


def _open(link: str) -> None:
    import webbrowser  # noqa: PLC0415 # beside its use

    webbrowser.open(link)


def _come_up() -> None:
    """Django, and a database of this version. Imported here: the computing process imports this module and needs neither."""
    import django  # noqa: PLC0415 # see above
    from django.core.management import call_command  # noqa: PLC0415 # likewise

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mettle.web.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def _load_the_screens() -> None:
    """Load every screen once, before the serving processes part from this one: they then share it."""
    from django.urls import get_resolver  # noqa: PLC0415 # needs django.setup()

    get_resolver().reverse_dict  # noqa: B018 # asked for, so that it is there


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mettle up")
    parser.add_argument(
        "what", nargs="?", choices=["serve", "tick"], default="serve", help="tick: send the prompts due now, and end"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--name", default="localhost", help="the host name to print in links")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--open", action="store_true", help="open the link in a browser")
    parser.add_argument("--demo", action="store_true", help="sign in as the simulated person")
    parser.add_argument("--link", action="store_true", help="print a fresh sign-in link for the app that runs, and end")
    parser.add_argument("--hosted", action="store_true", help="other people use it too: a household, a clinic")
    parser.add_argument("--phone", action="store_true", help="serve a phone beside this machine over https")
    parser.add_argument("--backup", metavar="FILE", help="write a backup and end")
    parser.add_argument("--restore", metavar="FILE", help="put a backup in the place of what is here and end")
    parser.add_argument("--trust-port", type=int, default=8080, help="where the phone fetches the certificate")
    return parser


def _for_a_phone(args: argparse.Namespace) -> None:
    from mettle.web import phone  # noqa: PLC0415 # cryptography and QR codes, only for a phone

    names = tuple(dict.fromkeys([*([args.name] if args.name != "localhost" else []), *phone.own_names()]))
    made = phone.certificates(Place.from_environment().data / "tls", names)
    args.cert, args.key, args.host, args.name = str(made.certificate), str(made.key), "0.0.0.0", names[0]  # noqa: S104 # a phone must reach it
    os.environ["METTLE_HOSTS"] = ",".join(names)
    trust = phone.offer_trust(made.authority, port=args.trust_port, https=f"https://{names[0]}:{args.port}/")
    address = f"http://{names[0]}:{trust.server_address[1]}/"
    print(f"On the phone, in the same network, first trust this machine: {address}\n{phone.qr(address)}", flush=True)


def _names_elsewhere(host: str) -> list[str]:
    """What others in the network may call this machine by, where it listens to them and nobody gave a name."""
    import ipaddress  # noqa: PLC0415 # beside its use

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [] if host == "localhost" else [host]
    if address.is_loopback:
        return []
    from mettle.web import phone  # noqa: PLC0415 # cryptography, only where somebody else is served

    own = [] if address.is_unspecified else [f"[{host}]" if address.version == 6 else host]
    return [*own, *phone.own_names()]


def _kept_or_back(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 # beside its use
    from pathlib import Path  # noqa: PLC0415 # likewise

    from mettle.web import backup  # noqa: PLC0415 # needs django.setup()

    if args.backup:
        rows = backup.make(Path(args.backup))
        print(f"{sum(rows.values())} rows of {len(rows)} tables are in {args.backup}.", flush=True)
    else:
        before = Place.from_environment().data / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
        rows = backup.restore(Path(args.restore), before=before)
        print(f"{sum(rows.values())} rows are back. What was here before is in {before}.", flush=True)
    return 0


def _tick() -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 # beside its use

    from mettle.web import ticking  # noqa: PLC0415 # needs django.setup()

    print(f"{ticking.tick(datetime.now(UTC))} prompts sent")
    return 0


def _link(*, demo: bool) -> str:
    from mettle.web import signin  # noqa: PLC0415 # needs django.setup()

    if demo:
        from mettle.web.demo import simulated_user  # noqa: PLC0415 # likewise

        return signin.make_link(simulated_user())
    return signin.make_link(signin.owner())


if __name__ == "__main__":
    sys.exit(main())
