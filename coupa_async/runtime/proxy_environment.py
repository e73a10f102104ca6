"""The proxy that an environment names is not for this machine: browsers know that by themselves, libraries do not."""

from __future__ import annotations

from collections.abc import MutableMapping

_HERE = ("localhost", "127.0.0.1", "::1")
_PROXIES = frozenset(("http_proxy", "https_proxy", "all_proxy"))


def keep_here_direct(environment: MutableMapping[str, str]) -> None:
    """Exempt this machine from the proxy. Selenium would send what it tells its driver, typed passwords too, there.

    Without a proxy nothing is set: an environment that names an exemption alone hides the proxies of the system.

    Args:
        environment: Of a process of ours, before it starts anything.
    """
    if not any(value for name, value in environment.items() if name.lower() in _PROXIES):
        return
    name = next((name for name in ("no_proxy", "NO_PROXY") if name in environment), "no_proxy")
    exempt = [item.strip() for item in environment.get(name, "").split(",")]
    environment[name] = ",".join(dict.fromkeys([*filter(None, exempt), *_HERE]))
