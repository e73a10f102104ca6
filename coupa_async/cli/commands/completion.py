"""``completion``: a script for the user's shell, made from the declarations of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from coupa_async.app.configuration.command_settings import Command
from coupa_async.cli.command import settings_class
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.left_over import options


class Completion(Command):
    """Print a script that completes commands and options: eval "$(coupa-async completion bash)"."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async completion")

    shell: CliPositionalArg[Literal["bash", "zsh", "fish", "powershell"]] = Field(description="your shell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command with its description, and its options with theirs."""

    text: str
    options: Mapping[str, str]


async def completion(settings: Completion) -> int:
    """Print the script.

    Returns:
        0.
    """
    print(_WRITERS[settings.shell](verbs()), flush=True)  # noqa: T201 - the script is the answer
    return 0


def verbs() -> dict[str, Verb]:
    """Read every command's options from its settings."""
    return {name: Verb(text=text, options=options(settings_class(name))) for name, (_, text) in COMMANDS.items()}


def _bash(commands: Mapping[str, Verb]) -> str:
    cases = "\n".join(f'    {name}) words="{" ".join(verb.options)}" ;;' for name, verb in commands.items())
    return f"""_coupa_async() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{" ".join(commands)}" -- "$cur"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{cases}
  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}}
complete -o filenames -F _coupa_async coupa-async"""


def _zsh(commands: Mapping[str, Verb]) -> str:
    return f"autoload -Uz compinit bashcompinit && compinit && bashcompinit\n{_bash(commands)}"


def _fish(commands: Mapping[str, Verb]) -> str:
    lines = []
    for name, verb in commands.items():
        lines.append(f"complete -c coupa-async -n __fish_use_subcommand -f -a {name} -d {_quoted(verb.text)}")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        lines += [
            f"complete -c coupa-async {seen} -l {option.removeprefix('--')} -d {_quoted(text)}"
            for option, text in verb.options.items()
        ]
    return "\n".join(lines)


def _powershell(commands: Mapping[str, Verb]) -> str:
    lists = {name: ", ".join(f"'{option}'" for option in verb.options) for name, verb in commands.items()}
    rows = "\n".join(f"    '{name}' = @({options})" for name, options in lists.items())
    return f"""Register-ArgumentCompleter -Native -CommandName coupa-async -ScriptBlock {{
  param($word, $ast, $position)
  $options = [ordered]@{{
{rows}
  }}
  $said = @($ast.CommandElements | ForEach-Object {{ $_.ToString() }})
  $choices = if ($said.Count -gt 1 -and $options.Contains($said[1]) -and $said[1] -ne $word) {{ $options[$said[1]] }}
    else {{ $options.Keys }}
  $choices | Where-Object {{ $_ -like "$word*" }} | ForEach-Object {{
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $_)
  }}
}}"""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_WRITERS: dict[str, Callable[[Mapping[str, Verb]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}
