"""Layered configuration that remembers where each value came from.

Sources are added in the order in which they apply, and **later wins**.

>>> from superconfig import SuperConfig
>>> config = SuperConfig.builder(env={"APP_SERVER__PORT": "9000"}).defaults({"server": {"port": 80}}).env("APP").load()
>>> config["server.port"]
9000
>>> config.explain("server.port").winner.variable
'APP_SERVER__PORT'
"""

from __future__ import annotations

from . import _superconfig, registry
from ._builder import SuperConfigBuilder
from ._changes import Changes, ConfigChange
from ._config import ConfigHandle, SuperConfig
from ._conversion import Converted, Loss, convert, parse
from ._custom import SuperConfigWarning
from ._descriptions import (
    Candidate,
    ComparedValue,
    ConfigWarning,
    Difference,
    Explanation,
    LayerInfo,
    SettableName,
    SourceStatus,
    Status,
    Timings,
    Unreached,
    Watching,
)
from ._errors import (
    ClosedError,
    FileError,
    Issue,
    NotFoundError,
    OptionError,
    Origin,
    ParseError,
    PathError,
    SourceError,
    SuperConfigError,
    ValidationError,
)
from ._frozen import FrozenDict, FrozenList
from ._load import load_config
from ._source_call import SourceContext
from ._sources import Source, args, defaults, derive, dir, discover, dotenv, env, file, glob, module, overrides, source, text
from ._state import ReloadResult

__version__: str = _superconfig.__version__

__all__ = [
    "Candidate",
    "Changes",
    "ClosedError",
    "ComparedValue",
    "ConfigChange",
    "ConfigHandle",
    "ConfigWarning",
    "Converted",
    "Difference",
    "Explanation",
    "FileError",
    "FrozenDict",
    "FrozenList",
    "Issue",
    "LayerInfo",
    "Loss",
    "NotFoundError",
    "OptionError",
    "Origin",
    "ParseError",
    "PathError",
    "ReloadResult",
    "SettableName",
    "Source",
    "SourceContext",
    "SourceError",
    "SourceStatus",
    "Status",
    "Timings",
    "SuperConfig",
    "SuperConfigBuilder",
    "SuperConfigError",
    "SuperConfigWarning",
    "Unreached",
    "ValidationError",
    "Watching",
    "__version__",
    "args",
    "convert",
    "defaults",
    "derive",
    "dir",
    "discover",
    "dotenv",
    "env",
    "file",
    "glob",
    "load_config",
    "module",
    "overrides",
    "parse",
    "registry",
    "source",
    "text",
]
