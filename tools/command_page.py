"""The pages of the commands: the reference, the manual, and the completions of the shells."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module

import click
from checkpoint_openapi import __version__
from checkpoint_openapi.cli import SUBCOMMANDS
from checkpoint_openapi.cli import main as command_group
from checkpoint_openapi.exit_codes import ExitCode
from click.shell_completion import get_completion_class
from generated_markdown import MADE, cell, first_sentence

__all__ = ["SHELLS", "command_line", "commands", "completion", "manual"]

SHELLS = ("bash", "zsh", "fish")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command that is not a group, with the words that invoke it."""
    for name, entry in SUBCOMMANDS.items():
        module, attribute = entry.location.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        if isinstance(command, click.Group):
            for inner, each in command.commands.items():
                yield f"{name} {inner}", each
        else:
            yield name, command


def told(command: click.Command) -> tuple[list[str], str]:
    """Return the paragraphs of a command's help, and its example."""
    text = inspect.cleandoc(command.help or "").replace("\b", "")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    *said, example = [*paragraphs, *([command.epilog] if command.epilog else [])]
    return said, example.removeprefix("Example: ")


def usage(words: str, command: click.Command) -> str:
    """Return the usage line of a command."""
    context = click.Context(command, info_name=f"checkpoint-contract {words}", terminal_width=1000)
    return " ".join(command.get_usage(context).removeprefix("Usage:").split())


def options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield each option of a command with its help."""
    context = click.Context(command, info_name="x", max_content_width=1000)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and isinstance(parameter, click.Option) and "--help" not in record[0]:
            yield record[0], " ".join(record[1].split())


def command_line() -> str:
    """Return the page of all commands."""
    lines = [
        "# Command line",
        MADE,
        "",
        "If something is wrong, one line on standard error says what, where, and what to do. See also the",
        "[exit codes](exit-codes.md). If there is an error in the program itself, `CHECKPOINT_TRACEBACK=1`",
        "shows its traceback.",
        "",
    ]
    for words, command in commands():
        said, example = told(command)
        lines += [f"## {words}", "", "```text", usage(words, command), "```", ""]
        for paragraph in said:
            lines += [paragraph, ""]
        rows = [f"| `{cell(flag)}` | {cell(meaning)} |" for flag, meaning in options(command)]
        lines += ["| option | meaning |", "|---|---|", *rows, ""] if rows else []
        lines += ["```console", f"$ {example}", "```", ""]
    return "\n".join(lines)


def manual() -> str:
    """Return the manual page, written in man(7) macros."""
    lines = [
        '.\\" Made by tools/reference.py; edit its sources instead.',
        f'.TH CHECKPOINT-CONTRACT 1 "" "checkpoint-contract {__version__}" "User Commands"',
        ".SH NAME",
        f"checkpoint\\-contract \\- {_roff(first_sentence(command_group.help))}",
        ".SH SYNOPSIS",
        ".B checkpoint\\-contract",
        "COMMAND [ARGS]...",
        ".SH COMMANDS",
    ]
    for words, command in commands():
        said, example = told(command)
        lines += [f'.SS "{_roff(usage(words, command).removeprefix("checkpoint-contract "))}"']
        for paragraph in said:
            lines += [".PP", _roff(paragraph)]
        for flag, meaning in options(command):
            lines += [".TP", f".B {_roff(flag)}", _roff(meaning)]
        lines += [".PP", "Example:", ".PP", ".nf", _roff(example), ".fi"]
    lines += [".SH EXIT STATUS"]
    for code in ExitCode:
        lines += [".TP", f".B {code.value}", _roff(code.meaning)]
    return "\n".join([*lines, ""])


def completion(shell: str) -> str:
    """Return a shell's completion script for the command."""
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(command_group, {}, "checkpoint-contract", "_CHECKPOINT_CONTRACT_COMPLETE")
    return (script.source_template % script.source_vars()).strip() + "\n"


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
