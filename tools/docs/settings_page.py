"""``python -m tools.docs.settings_page``: writes ``docs/reference/settings.md`` from the settings models."""

from __future__ import annotations

from argparse import SUPPRESS
from pathlib import Path
from typing import get_args

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import CliPositionalArg

from coupa_async.app.configuration.setting_groups import setting_groups
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command import settings_class
from coupa_async.cli.command_table import COMMANDS

_POSITIONAL = get_args(CliPositionalArg[str])[1]
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
_INTRO = """\
# Settings

This page is made from the settings themselves, by `python -m tools.docs.settings_page`.

A value is looked for in six places; the first that has one counts:

1. a flag on the command line,
2. an environment variable,
3. a line of the file `.env` in the current folder,
4. a line of the file `coupa.toml` in the current folder,
5. a line of your own `coupa.toml`, which every folder sees,
6. the default.

`coupa-async config` shows each setting, its value and where that comes from, and where your own file is. It changes
that file, too:

```console
$ coupa-async config set base_url https://TENANT.coupahost.com
$ coupa-async config set workers 4
$ coupa-async config unset workers
```

In `coupa.toml` a setting has the flag's name, with `_` for `-`; those without a flag are `password`,
`client_secret`, `token_rest_s`, `headless` and `interactive`:

```toml
base_url = "https://TENANT.coupahost.com"
workers = 4
folder_columns = ["Region", "{supplier}"]
```

In `.env` it has the variable's name:

```ini
COUPA_BASE_URL=https://TENANT.coupahost.com
MAX_PARALLEL_WORKERS=4
COUPA_FOLDER_COLUMNS=Region,{supplier}
```

A password is never a flag, for flags are shown to everybody on the machine who lists processes, and `config` writes
none into a file. With the extra `keyring` (`coupa-async[keyring]`), the system's keyring keeps it for one user of one
tenant: `coupa-async config set password` asks for it, `coupa-async config unset password` removes it. Likewise
`client_secret`, for one client of the [API](../guide/api.md).

A switch is turned off by `--no-` before its name where the help of the command says so, and in a variable by `false`.
Seconds end in `_S`.

## Of every command that asks the tenant
"""
_OWN = """
## Of one command

`status`, `runs`, `report` and `completion` need no tenant and take none of the settings above. What a command takes
besides them:
"""


def page() -> str:
    """Make the page."""
    parts = [_INTRO]
    for title, names in setting_groups().items():
        parts.append(f"\n### {title}\n\n| flag | variable | default | what |\n|---|---|---|---|\n")
        for name in names:
            field = Settings.model_fields[name]
            flag, known_as = _flag(name, field), f"`{variable(name, field)}`"
            parts.append(_row(flag, known_as, _default(field), field.description or ""))
    parts.append(_OWN)
    for command in COMMANDS:
        settings = settings_class(command)
        own = {name: field for name, field in settings.model_fields.items() if _is_own(name, field)}
        story = (settings.__doc__ or "").strip().splitlines()[0]
        parts.append(f"\n### `{command}`\n\n{story}\n\n| flag | default | what |\n|---|---|---|\n")
        parts += [_row(_flag(name, field), _default(field), field.description or "") for name, field in own.items()]
    return "".join(parts)


def variable(name: str, field: FieldInfo) -> str:
    """Name the environment variable of a setting that every command has."""
    alias = field.validation_alias
    return str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"COUPA_{name.upper()}"


def _is_own(name: str, field: FieldInfo) -> bool:
    shared = Settings.model_fields.get(name)
    return shared is None or shared.default != field.default


def _flag(name: str, field: FieldInfo) -> str:
    if SUPPRESS in field.metadata:
        return ""
    if _POSITIONAL in field.metadata:
        return f"`{name.upper()}`"
    flag = f"`--{(field.alias or name).replace('_', '-')}`"
    return f"`-o`, {flag}" if name == "output_dir" else flag


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required() or value is None or value == ():
        return ""
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
