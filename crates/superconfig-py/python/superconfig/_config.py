"""A loaded configuration."""

from __future__ import annotations

import asyncio
import re
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ItemsView,
    Iterator,
    KeysView,
    NoReturn,
    Optional,
    Sequence,
    Type,
    TypeVar,
    Union,
    ValuesView,
    cast,
    overload,
)

from . import _fork, _superconfig
from ._changes import Changes, ConfigChange, add_listener
from ._descriptions import (
    ConfigWarning,
    Difference,
    Explanation,
    LayerInfo,
    SourceStatus,
    Status,
    config_warning,
    difference,
    explanation,
    make,
    status,
)
from ._errors import SuperConfigError, make_error, option_error, text_of
from ._frozen import RootKey
from ._schema import extract
from ._state import ReloadResult, State, find_state

if TYPE_CHECKING:
    from ._builder import SuperConfigBuilder

T = TypeVar("T")
Path = Union[str, Sequence[Union[str, int]]]

_MISSING: Any = object()
#: What a path has other meanings for than that of a character of a key.
_READS_AS_PATH = re.compile(r"""[.\[\]"']|^\s|\s$|^$""")


class ConfigHandle(_superconfig.Handle):
    """A live view of the value at one path.

    >>> import superconfig
    >>> port = superconfig.load_config(sources=[superconfig.defaults({"port": 80})]).handle("port")
    >>> port.value
    80
    """

    @property
    def _config(self) -> SuperConfig:
        core: Any = self._core
        return cast(SuperConfig, core)

    def explain(self) -> Explanation:
        """Explains where the value comes from."""
        return self._config.explain(self.path)

    def on_change(self, listener: Callable[[ConfigChange], Any]) -> Callable[[], None]:
        """Calls a function when the value, or anything below it, changes; returns what ends that.

        The change has ``previous`` and ``current`` of this path.
        """
        return self._config._listen("change", listener, self.path, whole=False)

    def __repr__(self) -> str:
        return f"ConfigHandle({self.path!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a handle belongs to its process: pass handle.value, or make one where it is needed")


class SuperConfig(_superconfig.Core):
    """A configuration: read by path, as a whole through ``current``, or through handles.

    All methods may be called from any thread.

    >>> config = SuperConfig.builder().defaults({"server": {"port": 80}}).env("APP").load()
    >>> config["server.port"], config.get("server.host", "localhost"), "server" in config
    (80, 'localhost', True)
    """

    _state: State
    _is_left = False

    def __new__(cls, opened: Any = None, state: Optional[State] = None) -> SuperConfig:
        if not isinstance(opened, _superconfig.Opened):
            raise option_error("a configuration is loaded: SuperConfig.builder()...load()")
        return super().__new__(cls, opened)

    def __init__(self, opened: _superconfig.Opened, state: State) -> None:
        self._state = state
        state.join(self)

    @staticmethod
    def builder(
        *,
        cwd: Any = None,
        home: Any = None,
        env: Any = None,
        argv: Optional[Sequence[str]] = None,
        root: Any = None,
    ) -> SuperConfigBuilder:
        """A builder. Nothing is read before its ``load``.

        ``cwd`` and ``home`` are directories, ``env`` is used in place of ``os.environ``, ``argv`` in place of the program's arguments, and
        ``root`` is a prefix of the system's directories, for tests.
        """
        from ._builder import SuperConfigBuilder

        return SuperConfigBuilder(cwd=cwd, home=home, env=env, argv=argv, root=root)

    @classmethod
    def attach(cls, name_or_token: str) -> SuperConfig:
        """Opens a configuration of this process by its name or token, without loading it.

        :raises ClosedError: where there is none.
        """
        core = _superconfig.Core(_superconfig.attach(text_of(name_or_token, "a name or token")))
        state = find_state(core._describe("token"))
        if state is None:
            raise make_error("CLOSED", "the configuration was not loaded by this package")
        return cls(state.core._share(), state)

    @overload
    def get(self, path: Path) -> Any: ...

    @overload
    def get(self, path: Path, default: T) -> Union[Any, T]: ...

    def get(self, path: Path, default: Any = _MISSING) -> Any:
        """The value at a path, or the default.

        A path is dotted text, ``servers[0].host``, or a list of segments. What a schema knows as optional, and nothing sets, is None.

        :raises PathError: for an unknown path, where there is no default.
        """
        return self[path] if default is _MISSING else self._find(path, default)

    def has(self, path: Path) -> bool:
        """Whether there is a value at a path."""
        return path in self

    def keys(self) -> KeysView[str]:
        """The keys of the whole. Each of them reads its value, also where it holds dots: so ``dict(config)`` and ``**config`` work."""
        keys: dict[str, Any] = self.current
        if any(_READS_AS_PATH.search(key) for key in keys):
            keys = {RootKey(key) if _READS_AS_PATH.search(key) else key: None for key in keys}
        return keys.keys()

    def values(self) -> ValuesView[Any]:
        """The values of these keys, of one version."""
        values: dict[str, Any] = self.current
        return values.values()

    def items(self) -> ItemsView[str, Any]:
        """The keys and values of the whole, of one version."""
        values: dict[str, Any] = self.current
        return values.items()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.current)

    def handle(self, path: Path) -> ConfigHandle:
        """A live view of the value at a path, the quickest way to read it often."""
        return ConfigHandle(self, path)

    def explain(self, path: Path = "") -> Explanation:
        """Explains where the value at a path comes from. Costs more than a read; secrets are redacted.

        :raises PathError: where no layer speaks about it.
        """
        return explanation(self._explain(path))

    def explain_all(self) -> list[Explanation]:
        """The explanations of all paths that layers or the schema know."""
        return [explanation(report) for report in self._explain_all()]

    def extract(self, model: Type[T], path: Path = ()) -> T:
        """The values, or those at a path, as a dataclass, a ``TypedDict`` or a model of Pydantic.

        :raises ValidationError: with all problems at once, each with file, line and column.
        """
        return cast(T, extract(self, model, path))

    def differences(self, other: SuperConfig) -> list[Difference]:
        """The leaves that differ from those of another configuration, redacted."""
        if not isinstance(other, SuperConfig):
            raise option_error("a configuration is compared with another one")
        return [difference(report) for report in self._differences(other)]

    @property
    def layers(self) -> list[LayerInfo]:
        """The layers, from the lowest to the highest, also those that are missing."""
        return [make(LayerInfo, report) for report in self._describe("layers")]

    @property
    def warnings(self) -> list[ConfigWarning]:
        """The warnings of the load."""
        return [config_warning(report) for report in self._describe("warnings")]

    @property
    def status(self) -> Status:
        """The condition: version, what is watched, the last reload and its error."""
        return status(self._describe("status"), self._state.is_forked)

    @property
    def name(self) -> Optional[str]:
        """The name that ``attach`` takes."""
        name: Optional[str] = self._describe("name")
        return name

    @property
    def token(self) -> str:
        """A text that ``attach`` takes anywhere in this process."""
        return self._state.token

    def reload(self) -> ReloadResult:
        """Loads everything again, with the environment as it is now, and swaps it in whole; listeners have run when it returns.

        :raises SuperConfigError: what loading raises; the last good version stays.
        """
        self.version  # raises where it is closed
        return self._state.reload()

    async def reload_async(self) -> ReloadResult:
        """The same in a thread, without keeping the event loop waiting."""
        return await asyncio.get_running_loop().run_in_executor(None, self.reload)

    def on_change(self, listener: Callable[[ConfigChange], Any], path: Optional[Path] = None) -> Callable[[], None]:
        """Calls a function for each new version, or each that differs at or below a path; returns what ends that.

        It runs in the thread that reloads. What it raises becomes a ``SuperConfigWarning``.
        """
        return self._listen("change", listener, path)

    def on_error(self, listener: Callable[[SuperConfigError], Any]) -> Callable[[], None]:
        """Calls a function for each reload that fails; returns what ends that."""
        return self._listen("error", listener, None)

    def on_status(self, listener: Callable[[SourceStatus], Any]) -> Callable[[], None]:
        """Calls a function for each change of a custom source's state; returns what ends that."""
        return self._listen("status", listener, None)

    def changes(self, path: Optional[Path] = None) -> Changes:
        """Iterates over changes, with ``for`` and with ``async for``; a slow consumer gets several as one."""
        self.version  # raises where it is closed
        if path is not None:
            self._find(path, None)
        return Changes(self, path)

    def to_string(
        self,
        format: str = "json",
        *,
        secrets: bool = False,
        indent: bool = False,
        origins: bool = False,
        changed: bool = False,
        ascii: bool = False,
    ) -> str:
        """All values as text of a format, with secrets redacted unless ``secrets`` is set.

        ``origins`` adds the place of each value as a comment, ``changed`` leaves out what only defaults say, and ``ascii`` writes escapes
        for what is not ASCII.
        """
        return self._render(text_of(format, "a format"), bool(secrets), bool(indent), bool(origins), bool(changed), bool(ascii))

    def close(self) -> None:
        """Lets the configuration go: every read raises ``ClosedError`` from here on. Safe to repeat."""
        state = self.__dict__.get("_state")
        if state is None or self._is_left:
            return
        self._is_left = True
        state.pump.remove_owned(self)
        if state.is_forked:
            self._forget()
        else:
            with _fork.engine_call():
                self._close()
        state.leave(self)

    def __enter__(self) -> SuperConfig:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def __repr__(self) -> str:
        return "SuperConfig(closed)" if self.closed else f"SuperConfig({self._redacted()!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a configuration belongs to its process: pass config.current, or load it where it is needed")

    def _listen(self, kind: str, listener: Any, path: Any, whole: bool = True) -> Callable[[], None]:
        if not callable(listener):
            raise option_error(f"a listener is callable, not {type(listener).__name__}")
        self.version  # raises where it is closed
        if path is not None:
            self._find(path, None)
        return add_listener(self, kind, listener, path, whole)
