"""Parses the commands of lines.txt with the Azure CLI's own argument parser; nothing is sent anywhere.

Usage: check.py LINES, in an environment that has azure-cli. Exit 1 where a line is refused. `az ml` is an extension that is
not on PyPI; its commands are checked against a table in tests/it/fix_render.rs.
"""

import logging
import re
import shlex
import sys

from azure.cli.core import get_default_cli
from azure.cli.core.commands.events import EVENT_INVOKER_POST_LOAD_ARGUMENTS, EVENT_INVOKER_PRE_LOAD_ARGUMENTS
from knack.events import EVENT_INVOKER_CMD_TBL_LOADED, EVENT_INVOKER_POST_CMD_TBL_CREATE


def parsed(cli, words):
    """Raises SystemExit where the parser refuses."""
    cli.invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls
    )
    loader = cli.invocation.commands_loader
    loader.load_command_table(words)
    command = cli.invocation._rudimentary_get_command(words)
    if command not in loader.command_table:
        raise SystemExit(f"no such command: {command}")
    loader.command_name = command
    cli.invocation.data["command"] = cli.invocation.data["command_string"] = command
    # Listeners add what every command has, such as --subscription and --ids.
    loader.command_table = {command: loader.command_table[command]}
    cli.raise_event(EVENT_INVOKER_PRE_LOAD_ARGUMENTS, commands_loader=loader)
    loader.load_arguments(command)
    cli.raise_event(EVENT_INVOKER_POST_LOAD_ARGUMENTS, commands_loader=loader)
    cli.raise_event(EVENT_INVOKER_POST_CMD_TBL_CREATE, commands_loader=loader)
    cli.invocation.parser.cli_ctx = cli
    cli.invocation.parser.load_command_table(loader)
    cli.raise_event(EVENT_INVOKER_CMD_TBL_LOADED, cmd_tbl=loader.command_table, parser=cli.invocation.parser)
    cli.invocation.parser.parse_args(words)


def commands(line):
    """The command, and those whose output it takes."""
    inner = re.findall(r"\$\((az [^()]*)\)", line)
    outer = re.sub(r"\$\((?:az [^()]*|uuidgen)\)", "00000000-0000-0000-0000-000000000000", line)
    return [outer, *inner]


def main(path):
    # That nobody is signed in is no matter here.
    logging.disable(logging.WARNING)
    cli = get_default_cli()
    refused = checked = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("az "):
                continue
            for command in commands(line.strip()):
                words = shlex.split(command)[1:]
                if words[0] == "ml":
                    continue
                checked += 1
                try:
                    parsed(cli, words)
                except SystemExit as error:
                    refused += 1
                    print(f"refused ({error}): {command}", file=sys.stderr)
    print(f"{checked} commands parsed, {refused} refused")
    return 1 if refused or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
