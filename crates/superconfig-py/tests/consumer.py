"""A program that uses the package, for type checkers; it also runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional

import superconfig
from superconfig import ConfigChange, SourceContext, SuperConfig, SuperConfigError, registry
from superconfig.testing import with_overrides


@dataclass
class Server:
    host: str
    port: int = 80


@dataclass
class App:
    server: Server


def remote(context: SourceContext) -> Mapping[str, Any]:
    return {"profiles": list(context.profiles)}


def main() -> None:
    builder = SuperConfig.builder(env={"APP_SERVER__PORT": "81"}, argv=[])
    config: SuperConfig = builder.defaults({"server": {"host": "a", "port": 80}}).source("remote", remote).env("APP").load()
    app: App = config.extract(App)
    port: int = app.server.port
    seen: List[int] = []

    def listener(change: ConfigChange) -> None:
        seen.append(change.version)

    off = config.on_change(listener, path="server")
    off()
    winner = config.explain("server.port").winner
    variable: Optional[str] = winner.variable if winner is not None else None
    assert (port, variable) == (81, "APP_SERVER__PORT")
    value: object = config["server.host"]
    assert value == config.handle("server.host").value
    with with_overrides(config, {"server": {"port": 1}}):
        assert config.get("server.port") == 1
    try:
        superconfig.parse("a = = 1", "toml")
    except SuperConfigError as error:
        line: Optional[int] = error.origin.line if error.origin else None
        assert line == 1
    with registry.insert({"a": 1}, ttl=60) as handle:
        identifier: int = handle.id
        assert registry.has(identifier)
    config.close()


if __name__ == "__main__":
    main()
