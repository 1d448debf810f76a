"""``rules``: what the rules are, and whether their own examples hold."""

from __future__ import annotations

import argparse

from cleaner.commands.console import counted, emit, say
from cleaner.commands.rule_reports import REPORTS
from cleaner.errors import ExitStatus, RuleError, UsageError
from cleaner.rule_examples import check_examples
from cleaner.rules import Rule, load_pack, load_packs


def rules_command(arguments: argparse.Namespace) -> ExitStatus:
    """List the rules, test them, or report on them."""
    if arguments.action in REPORTS:
        return REPORTS[arguments.action](arguments)
    if arguments.action == "test":
        return _test(arguments)
    if arguments.file:
        raise UsageError(
            "rules list takes no FILE. To list a pack with the built-in ones: "
            f"python -m cleaner rules list --rules {arguments.file[0]}"
        )
    rules = load_packs(arguments.rules)
    for rule in rules:
        emit(f"{rule.id}\t{rule.label}\t{rule.removes}\t{_scope(rule)}\t{rule.why}")
    if not arguments.quiet:
        say(f"{counted(len(rules), 'rule')}.")
    return ExitStatus.DONE


def _scope(rule: Rule) -> str:
    """Where a rule applies, in a few words."""
    scope = rule.scope
    places = [*scope.hosts, *(f"{marker!r}" for marker in scope.markers)]
    beside = [f"beside {glob}" for glob in scope.beside]
    return ", ".join([*places, *beside, *([rule.where] if rule.where else [])]) or "everywhere"


def _test(arguments: argparse.Namespace) -> ExitStatus:
    files = [*arguments.file, *arguments.rules]
    packs = [(str(file), load_pack(file)) for file in files]
    if not packs:
        packs = [("built-in", load_packs())]
    tested = problems = 0
    for name, pack in packs:
        for rule in pack:
            tested += 1
            for problem in check_examples(rule, _others(rule, pack)):
                problems += 1
                say(f"{name}: rule '{rule.id}': {problem}")
    if problems:
        raise RuleError(
            f"{counted(problems, 'example')} of {counted(tested, 'rule')} failed. "
            "Mend the pattern or the example, then run the test again."
        )
    emit(f"{counted(tested, 'rule')}: all examples hold.")
    return ExitStatus.DONE


def _others(rule: Rule, pack: list[Rule]) -> list[Rule]:
    return [other for other in pack if other.id != rule.id]
