"""What a run would do, told before it does it: where folders go, and how the command line says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import PurePosixPath

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.files.naming import folder_path, work_folder
from coupa_async.domain.order import Order

_QUOTED = frozenset(" \t\"'$`\\&|;<>()*?[]{}!#~^%")


def planned_folder(order: Order, supplier: str = "{supplier}") -> PurePosixPath:
    """Return an order's folder as far as it is known: supplier and outcome are not.

    Args:
        order: The order.
        supplier: What stands for the supplier.
    """
    leaf = work_folder(order.number).removesuffix("_WORK") + "{OUTCOME}"
    return folder_path(order.hierarchy, supplier, leaf)


def tree(paths: Iterable[PurePosixPath]) -> Iterator[tuple[int, str]]:
    """Draw folders as lines of depth and name, each folder once."""
    above: tuple[str, ...] = ()
    for path in sorted(paths):
        pairs = zip(above, path.parts, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        yield from ((depth, path.parts[depth]) for depth in range(shared, len(path.parts)))
        above = path.parts


def command_line(input_name: str, choice: Mapping[str, str]) -> str:
    """Write the command that does what was chosen.

    Args:
        input_name: The spreadsheet.
        choice: Settings by their names; ``folder_columns`` has a line for each.
    """
    words = ["coupa-async", "run", input_name]
    for name, value in choice.items():
        if name == "output_dir":
            words += ["-o", value]
        elif name in Settings.model_fields:
            option = name.replace("_", "-")
            if value in ("true", "false"):
                words.append(f"--{option}" if value == "true" else f"--no-{option}")
            else:
                words += [f"--{option}", ",".join(value.split("\n"))]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if word and not _QUOTED & set(word):
        return word
    escaped = "".join(f"\\{char}" if char in '"$`' else char for char in word)
    return f'"{escaped}"'
