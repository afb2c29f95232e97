"""Loading with one call."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

from ._builder import SuperConfigBuilder
from ._config import SuperConfig
from ._errors import option_error
from ._sources import PathLike, Source


def load_config(
    *,
    sources: Sequence[Source] = (),
    cwd: Optional[PathLike] = None,
    home: Optional[PathLike] = None,
    env: Optional[Mapping[str, str]] = None,
    argv: Optional[Sequence[str]] = None,
    root: Optional[PathLike] = None,
    profile: Union[str, Sequence[str], None] = None,
    arrays: Optional[Mapping[str, Any]] = None,
    interpolate: bool = False,
    secrets: Sequence[str] = (),
    schema: Any = None,
    limits: Optional[Mapping[str, int]] = None,
    name: Optional[str] = None,
    watch: Union[bool, Mapping[str, float]] = False,
) -> SuperConfig:
    """Loads a configuration: what the builder takes, in one call.

    >>> from superconfig import defaults, env, load_config
    >>> load_config(sources=[defaults({"port": 80}), env("APP")], env={"APP_PORT": "81"})["port"]
    81
    """
    if isinstance(sources, Source):
        raise option_error("`sources` is a list of sources, not one of them")
    builder = SuperConfigBuilder(cwd=cwd, home=home, env=env, argv=argv, root=root).add(*sources)
    if profile is not None:
        builder.profile(profile)
    if arrays is not None:
        builder.arrays(arrays)
    if interpolate:
        builder.interpolate()
    if secrets:
        builder.secrets(secrets)
    if schema is not None:
        builder.schema(schema)
    if limits is not None:
        builder.limits(**limits)
    if name is not None:
        builder.name(name)
    if watch is not False:
        builder.watch(**({} if watch is True else dict(watch)))
    return builder.load()
