"""The ``mettle`` command: one file a verb.

A module of this package whose name does not begin with an underscore is a verb. Its docstring's first line is the help
text; it has ``add_arguments(parser)`` and ``run(args) -> int``, and imports what is heavy inside ``run``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from typing import TYPE_CHECKING

from mettle import __version__
from mettle.cli._options import Parser
from mettle.errors import InputError, MissingExtraError
from mettle.words import read_by, reader_of_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWERED, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: answered (also "cannot tell"), anything else, bad input or usage, interrupted."""


def verbs() -> dict[str, str]:
    """Verb as typed -> module that does it, in alphabetical order.

    >>> verbs()["import"]
    'mettle.cli.import_'
    """
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return {name.rstrip("_").replace("_", "-"): f"{__name__}.{name}" for name in names}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; bad input is one line on stderr, never a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    known = verbs()
    try:
        if args and args[0] in known:
            return _run_verb(args[0], known[args[0]], args[1:])
        _overview(known).parse_args(args)
    except InputError as error:
        print(f"mettle: {error}", file=sys.stderr)
        return BAD_INPUT
    except MissingExtraError as error:
        print(f"mettle: {error}", file=sys.stderr)
        return FAILED
    except FileNotFoundError as error:
        print(f"mettle: {error.filename}: no such file", file=sys.stderr)
        return BAD_INPUT
    except IsADirectoryError as error:
        print(f"mettle: {error.filename}: is a folder, expected a file", file=sys.stderr)
        return BAD_INPUT
    except PermissionError as error:
        print(f"mettle: {error.filename}: no permission", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("mettle: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone (mettle ... | head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except OSError as error:  # a full disk, a file where a folder should be
        print(f"mettle: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return FAILED
    return ANSWERED


def _run_verb(verb: str, module: str, args: list[str]) -> int:
    reader = reader_of_environment()
    if reader is not None:
        read_by(lambda: reader)
    code = importlib.import_module(module)
    parser = Parser(prog=f"mettle {verb}", description=(code.__doc__ or "").strip().splitlines()[0])
    code.add_arguments(parser)
    return int(code.run(parser.parse_args(args)))


def _overview(known: dict[str, str]) -> Parser:
    lines = []
    for verb, module in known.items():
        doc = importlib.import_module(module).__doc__ or ""
        lines.append(f"  {verb:<12} {doc.strip().splitlines()[0]}")
    parser = Parser(
        prog="mettle",
        usage="mettle VERB ...   (mettle VERB --help tells more)",
        description="Can resistance training improve my mental health?",
        epilog="verbs:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mettle {__version__}")
    parser.add_argument("verb", choices=list(known), help=argparse.SUPPRESS)
    return parser
