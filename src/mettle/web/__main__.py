"""``python -m mettle.web``: migrate, sign in, serve. The ``mettle up`` command starts it as a child process."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import webbrowser

import django
from django.core.management import call_command


def main(argv: list[str] | None = None) -> int:
    """Prepare the database and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="mettle up")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--name", default="localhost", help="the host name to print in links")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--open", action="store_true", help="open the link in a browser")
    parser.add_argument("--demo", action="store_true", help="sign in as the simulated person")
    args = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mettle.web.settings")
    os.umask(0o077)
    django.setup()
    call_command("migrate", verbosity=0)
    link = f"{'https' if args.cert else 'http'}://{args.name}:{args.port}{_link(demo=args.demo)}"
    print(f"mettle is at {link}", flush=True)
    print("That link signs you in once, within 15 minutes. Stop with Ctrl-C.", flush=True)
    if args.open:
        webbrowser.open(link)
    return serve(args)


def _link(*, demo: bool) -> str:
    from mettle.web import signin  # noqa: PLC0415 # needs django.setup()

    if demo:
        from mettle.web.demo import simulated_user  # noqa: PLC0415 # likewise

        return signin.make_link(simulated_user())
    return signin.make_link(signin.owner())


def serve(args: argparse.Namespace) -> int:
    """Serve with granian: one writing process on SQLite, two on PostgreSQL, one thread each."""
    from django.conf import settings  # noqa: PLC0415 # needs the settings module named first
    from granian import Granian  # noqa: PLC0415 # a second to load, only for serving
    from granian.constants import Interfaces  # noqa: PLC0415 # likewise

    from mettle.web.place import SAFE_SQLITE  # noqa: PLC0415 # beside its use

    on_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    if on_sqlite and sqlite3.sqlite_version_info < SAFE_SQLITE:
        safe = ".".join(map(str, SAFE_SQLITE))
        print(
            f"SQLite {sqlite3.sqlite_version} (before {safe}): one process writes, which is safe.",
            file=sys.stderr,
            flush=True,
        )
    Granian(
        "mettle.web.wsgi:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=1 if on_sqlite else 2,
        blocking_threads=1,
        ssl_cert=args.cert,
        ssl_key=args.key,
        log_enabled=False,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
