"""The command line: verbs to commands, errors to one line and an exit status."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence

from cleaner.commands import parser
from cleaner.commands.console import is_attended, say
from cleaner.commands.templates_parser import templates_parser
from cleaner.commands.train_parser import train_parser
from cleaner.errors import CleanerError, ExitStatus

_log = logging.getLogger("cleaner")


Command = Callable[[argparse.Namespace], ExitStatus]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with `argv` (default: the process's own arguments) and return its status.

    >>> main(["no-such-folder", "--quiet"])
    2
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        # Before numpy is loaded, here and in the workers: each has a core of its own, and sums
        # over many threads would depend on their number.
        os.environ.setdefault(name, "1")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Explanations show any text, on terminals of any encoding.
        sys.stdout.reconfigure(errors="backslashreplace")
    # Also before the options are parsed, since a mistake in them is an error too.
    debug = "--debug" in words
    try:
        return int(_run(words))
    except CleanerError as error:
        if debug:
            _log.exception("This is where the error came from.")
        _print(str(error))
        return int(error.exit_status)
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except KeyboardInterrupt:
        _print("stopped at once; what was not committed is done by the next run.")
        return int(ExitStatus.INTERRUPTED)
    except BrokenPipeError:
        _discard_stdout()
        return int(ExitStatus.DONE)
    except Exception as error:
        if debug:
            raise
        _print(
            f"{type(error).__name__}: {error}. This is a fault of the program; all committed "
            "work is safe. Run the same command with --debug and report what it prints."
        )
        return 1


def entry_point() -> int:
    """What the ``cleaner`` script and ``python -m cleaner`` call."""
    return main()


def _run(words: list[str]) -> ExitStatus:
    name = words[0] if words and words[0] in PARSERS else ""
    arguments = PARSERS[name]().parse_args(words[1:] if name else words)
    _set_up_logging(debug=arguments.debug)
    return _command(name)(arguments)


PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "": parser.clean_parser,
    "explain": parser.explain_parser,
    "restore": parser.restore_parser,
    "replay": parser.replay_parser,
    "status": parser.status_parser,
    "verify": parser.verify_parser,
    "rules": parser.rules_parser,
    "templates": templates_parser,
    "train": train_parser,
}


def _command(verb: str) -> Command:
    """What carries out a verb; imported late, so that ``status`` needn't wait for the models."""
    if verb in ("", "replay"):
        from cleaner.commands import clean

        return clean.replay_command if verb else clean.clean_command
    if verb == "explain":
        from cleaner.commands.explain import explain_command

        return explain_command
    if verb == "rules":
        from cleaner.commands.rules import rules_command

        return rules_command
    if verb == "templates":
        from cleaner.commands.templates import templates_command

        return templates_command
    if verb == "train":
        from cleaner.commands.train import train_command

        return train_command
    from cleaner.commands import reports

    return {
        "restore": reports.restore_command,
        "status": reports.status_command,
        "verify": reports.verify_command,
    }[verb]


def _set_up_logging(*, debug: bool) -> None:
    """Our own log to standard error; the libraries' logs nowhere, unless one debugs."""
    logger = logging.getLogger("cleaner")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    form = "" if is_attended() else "%(asctime)s %(levelname)s "
    handler.setFormatter(logging.Formatter(form + "cleaner: %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
    logger.propagate = False
    if not debug:
        logging.getLogger().addHandler(logging.NullHandler())


def _print(message: str) -> None:
    say(message, "ERROR")


def _discard_stdout() -> None:
    """Let the reader of our output go away (``| head``) without a complaint at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
