"""Start the app on this machine and print the link that signs you in."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with what certificate."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=port, default=8000, help="1 to 65535 (default 8000)")
    parser.add_argument("--name", default="localhost", help="host name to print in links")
    parser.add_argument("--cert", help="certificate file, for https")
    parser.add_argument("--key", help="its private key")
    parser.add_argument("--phone", action="store_true", help="serve a phone beside this machine, over https")
    parser.add_argument(
        "--hosted", action="store_true", help="other people use it too (a household, a clinic): by invitation"
    )
    parser.add_argument("--link", action="store_true", help="print a fresh sign-in link for the app that runs, and end")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")


def port(text: str) -> int:
    """A port that can be listened on."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535, got {text!r}")
    return number


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted. The app runs in a process of its own: the command line imports no Django."""
    return serve(args)


def serve(args: argparse.Namespace, *extra: str) -> int:
    """Start ``python -m mettle.web`` and wait for it; Ctrl-C stops both."""
    command = [
        sys.executable,
        "-m",
        "mettle.web",
        "--host",
        args.host,
        "--port",
        str(args.port),
        "--name",
        args.name,
        *extra,
    ]
    if args.cert:
        command += ["--cert", args.cert, "--key", args.key or ""]
    command += [f"--{name}" for name in ("phone", "hosted", "link") if getattr(args, name)]
    if not args.no_open:
        command.append("--open")
    return wait_for(command)


def wait_for(command: list[str]) -> int:
    """Run a command and wait for it; Ctrl-C, or being told to end, stops it and counts as the usual end."""
    child = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        return 0
