"""The builder of configurations."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Union

from . import _sources, _superconfig
from ._config import SuperConfig
from ._errors import option_error
from ._request import LoadRequest
from ._schema import Validator, validator_of
from ._sources import PathLike, Source, Values
from ._state import open_state


class SuperConfigBuilder:
    """Collects sources and options; **later sources win**. Each verb gives the builder again.

    >>> config = SuperConfig.builder().defaults({"port": 80}).overrides({"port": 81}).load()
    >>> config["port"]
    81
    """

    def __init__(
        self,
        *,
        cwd: Optional[PathLike] = None,
        home: Optional[PathLike] = None,
        env: Optional[Mapping[str, str]] = None,
        argv: Optional[Sequence[str]] = None,
        root: Optional[PathLike] = None,
    ) -> None:
        self._options: dict[str, Any] = {}
        for name, directory in (("cwd", cwd), ("home", home), ("root", root)):
            if directory is not None:
                self._options[name] = _sources.path_of(directory, f"`{name}`")
        if env is not None and not isinstance(env, Mapping):
            raise option_error("`env` is a mapping of strings")
        self._environment = None if env is None else dict(env)
        self._argv = argv
        self._sources: list[Source] = []
        self._validator: Optional[Validator] = None

    def add(self, *sources: Source) -> SuperConfigBuilder:
        """Sources that the helpers have made: ``add(superconfig.file("app.toml"))``."""
        for source in sources:
            if not isinstance(source, Source):
                raise option_error(f"a source is made by a helper such as `file`, not one of type {type(source).__name__}")
            self._sources.append(source)
        return self

    def defaults(self, values: Values, **options: Any) -> SuperConfigBuilder:
        """Values given in code, usually below the others: ``name``, ``join``, ``directives``."""
        return self.add(_sources.defaults(values, **options))

    def overrides(self, values: Values, **options: Any) -> SuperConfigBuilder:
        """Values given in code, usually above the others: ``name``, ``join``, ``directives``."""
        return self.add(_sources.overrides(values, **options))

    def join(self, values: Values, **options: Any) -> SuperConfigBuilder:
        """Values that only fill what the layers below leave open."""
        return self.add(_sources.defaults(values, join=True, **options))

    def file(self, path: PathLike, **options: Any) -> SuperConfigBuilder:
        """One file: ``optional``, ``format``, ``profiles``, ``trust``, ``join``, ``directives``. ``{profile}`` stands for each profile."""
        return self.add(_sources.file(path, **options))

    def glob(self, pattern: str, **options: Any) -> SuperConfigBuilder:
        """The files that match a pattern, sorted by path; no match is fine."""
        return self.add(_sources.glob(pattern, **options))

    def dir(self, path: PathLike, **options: Any) -> SuperConfigBuilder:
        """A directory with ``default``, each profile, ``local`` and each ``{profile}.local``."""
        return self.add(_sources.dir(path, **options))

    def discover(self, name: str, **options: Any) -> SuperConfigBuilder:
        """The files of an application in the directories of the system, the user and the project."""
        return self.add(_sources.discover(name, **options))

    def text(self, text: str, **options: Any) -> SuperConfigBuilder:
        """A document given in code: ``format``, ``name``."""
        return self.add(_sources.text(text, **options))

    def dotenv(self, path: Union[PathLike, Sequence[PathLike], None] = None, **options: Any) -> SuperConfigBuilder:
        """``.env`` files, which supply variables to ``env``: ``optional``, ``export``."""
        return self.add(_sources.dotenv(path, **options))

    def env(self, prefix: Union[str, bool, None] = None, **options: Any) -> SuperConfigBuilder:
        """Environment variables: ``separator``, ``mapping``, ``file_suffix``, ``infer``, ``empty``."""
        return self.add(_sources.env(prefix, **options))

    def args(self, argv: Optional[Sequence[str]] = None, **options: Any) -> SuperConfigBuilder:
        """Command-line flags, those of the builder or of the program where none are given."""
        return self.add(_sources.args(self._argv if argv is None else argv, **options))

    def source(
        self,
        name: str,
        load: Callable[..., Any],
        watch: Optional[Callable[..., Any]] = None,
        close: Optional[Callable[[], Any]] = None,
        timeout: Optional[float] = None,
        **options: Any,
    ) -> SuperConfigBuilder:
        """A source that the program implements: ``accepted``, ``join``, ``directives``; the helper ``source`` says what each is."""
        return self.add(_sources.source(name, load, watch, close, timeout, **options))

    def module(self, path: PathLike, **options: Any) -> SuperConfigBuilder:
        """A module of Python that exports a mapping or a function that gives one: ``optional``, ``export``."""
        return self.add(_sources.module(path, **options))

    def derive(
        self, name: Union[str, Callable[[Any], Values]], compute: Optional[Callable[[Any], Values]] = None, **options: Any
    ) -> SuperConfigBuilder:
        """A layer that a function computes from the merged values of the layers below."""
        return self.add(_sources.derive(name, compute, **options))

    def profile(self, profiles: Union[str, Sequence[str], None]) -> SuperConfigBuilder:
        """The profiles, in the order in which they apply; ``SUPERCONFIG_PROFILE`` by default."""
        if profiles is None:
            self._options.pop("profiles", None)
        else:
            self._options["profiles"] = [profiles] if isinstance(profiles, str) else _list(profiles, "profiles are a string or a list of strings")
        return self

    def arrays(self, strategies: Mapping[str, Any]) -> SuperConfigBuilder:
        """Sets the strategies for arrays, by patterns of paths: ``replace``, ``append``, ``prepend``, ``unique`` or ``{"by": key}``."""
        if not isinstance(strategies, Mapping):
            raise option_error("array strategies are a mapping of patterns")
        self._options["arrays"] = {**self._options.get("arrays", {}), **strategies}
        return self

    def interpolate(self, enabled: bool = True) -> SuperConfigBuilder:
        """Resolves ``${path}``, ``${env:NAME}`` and ``${file:path}``."""
        self._options["interpolate"] = enabled
        return self

    def secrets(self, patterns: Sequence[str]) -> SuperConfigBuilder:
        """Patterns of paths that are redacted in every output, beside names such as ``password``."""
        if isinstance(patterns, str):
            raise option_error("secrets are a list of patterns, not one string")
        self._options["secrets"] = [*self._options.get("secrets", ()), *_list(patterns, "secrets are a list of patterns")]
        return self

    def schema(self, schema: Any, *, json_schema: Optional[Mapping[str, Any]] = None) -> SuperConfigBuilder:
        """Checks each version before it is published: a model of Pydantic, a dataclass, a ``TypedDict``, or a function from values to values.

        What readers see is what it gives. Its types, or those of ``json_schema``, guide variables and flags.
        """
        self._validator = validator_of(schema, None if json_schema is None else dict(json_schema))
        return self

    def limits(
        self,
        *,
        depth: Optional[int] = None,
        document_bytes: Optional[int] = None,
        alias_nodes: Optional[int] = None,
        expanded_bytes: Optional[int] = None,
    ) -> SuperConfigBuilder:
        """Bounds on what is read."""
        given = {"depth": depth, "document_bytes": document_bytes, "alias_nodes": alias_nodes, "expanded_bytes": expanded_bytes}
        self._options["limits"] = {name: value for name, value in given.items() if value is not None}
        return self

    def name(self, name: str, *, replace: bool = False) -> SuperConfigBuilder:
        """The name for ``attach``; with ``replace`` it is taken over from an open configuration."""
        self._options.update(name=name, replace_name=replace)
        return self

    def watch(
        self, *, debounce_ms: Optional[float] = None, max_wait_ms: Optional[float] = None, poll: Optional[float] = None
    ) -> SuperConfigBuilder:
        """Reloads when files change. Times are in milliseconds; ``poll``: how often files are compared, where the system reports nothing."""
        given = {"debounce_ms": debounce_ms, "max_wait_ms": max_wait_ms, "poll": poll}
        self._options["watch"] = {name: value for name, value in given.items() if value is not None}
        return self

    def find_profiles(self) -> list[str]:
        """The profiles that the sources have files or sections for."""
        request = self._request()
        return _superconfig.find_profiles(request.native(request.capture(), {}))

    def load(self) -> SuperConfig:
        """Reads, merges and checks everything; the interpreter runs other threads meanwhile.

        :raises SuperConfigError: the first thing that is wrong, or all problems of the schema.
        """
        state = open_state(self._request())
        return SuperConfig(state.core._share(), state)

    async def load_async(self) -> SuperConfig:
        """The same in a thread, without keeping the event loop waiting."""
        import asyncio

        return await asyncio.get_running_loop().run_in_executor(None, self.load)

    def _request(self) -> LoadRequest:
        return LoadRequest(dict(self._options), tuple(self._sources), self._environment, self._validator)


def _list(given: Any, what: str) -> list[Any]:
    if not isinstance(given, Iterable):
        raise option_error(f"{what}, not one of type {type(given).__name__}")
    return list(given)
