"""Runs the shared cases of vectors/ through the public package; vectors/README.md says what a case is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Optional

import pytest

import superconfig
from superconfig import SuperConfig, SuperConfigError

VECTORS = Path(__file__).resolve().parents[3] / "vectors"

#: What the tables of README.md list: a key that nothing here compares must not pass in silence.
KEYS = {
    "case": {"name", "layers", "files", "env", "args", "options", "expect", "explain"},
    "options": {"profile", "arrays", "interpolate", "secrets", "schema"},
    "expect": {"value", "order", "redacted", "warnings", "error", "message", "notMessage", "hint", "path", "origin"},
    "explain": {"value", "winner", "candidates", "names", "unreached"},
}

#: Cases that cannot hold in Python, by file and name, with the reason.
SKIPPED: "dict[tuple[str, str], str]" = {}

ran = 0


def plain(value: Any) -> Any:
    """A value as it is meant: JSON cannot write every number."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$integer"), str):
        return int(value["$integer"])
    if isinstance(value.get("$float"), str):
        return float(value["$float"].replace("Infinity", "inf"))
    return {key: plain(item) for key, item in value.items()}


def comparable(value: Any) -> Any:
    """A value that is equal to another where both are the same: true is not 1, and NaN is NaN."""
    if isinstance(value, bool) or value is None:
        return ("constant", value)
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else ("number", value)
    if isinstance(value, int):
        return ("number", value)
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    return value


def source(layer: "dict[str, Any]") -> superconfig.Source:
    flags = {name: layer[name] for name in ("join", "directives") if name in layer}
    name, kind = layer.get("name", ""), layer["kind"]
    more = {key: layer[key] for key in ("optional", "format", "profiles") if key in layer}
    if kind == "defaults":
        return superconfig.defaults(plain(layer["value"]), **flags)
    if kind == "override":
        return superconfig.overrides(plain(layer["value"]), **flags)
    if kind == "file":
        return superconfig.file(name, **more, **flags)
    if kind == "dir":
        return superconfig.dir(name, **more, **flags)
    if kind == "glob":
        return superconfig.glob(name, **flags)
    if kind == "text":
        return superconfig.text(layer["text"], format=layer.get("format"), name=name, **flags)
    if kind == "dotenv":
        return superconfig.dotenv(layer.get("path"), optional=layer.get("optional"))
    if kind == "env":
        options = {key: layer[key] for key in ("separator", "mapping", "infer", "empty") if key in layer}
        return superconfig.env(layer.get("prefix"), file_suffix=layer.get("fileSuffix"), **options, **flags)
    if kind == "custom":
        return superconfig.source(name, lambda _: plain(layer["value"]), **flags)
    raise AssertionError(f"the kind {kind} is not one of README.md")


def load(case: "dict[str, Any]", directory: Path) -> SuperConfig:
    cwd, home = directory / "cwd", directory / "home"
    for folder in (cwd, home):
        folder.mkdir(parents=True)
    for name, content in case.get("files", {}).items():
        path = cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    options = case.get("options", {})
    builder = SuperConfig.builder(cwd=cwd, home=home, env=case.get("env", {}), argv=case.get("args", []))
    for layer in case["layers"]:
        if layer["kind"] == "args":
            builder.args(**{name: layer[name] for name in ("join", "directives") if name in layer})
        else:
            builder.add(source(layer))
    if "profile" in options:
        builder.profile(options["profile"])
    if "arrays" in options:
        builder.arrays(options["arrays"])
    if options.get("interpolate"):
        builder.interpolate()
    if "secrets" in options:
        builder.secrets(options["secrets"])
    if "schema" in options:
        builder.schema(lambda values: values, json_schema=options["schema"])
    return builder.load()


def origin_fits(wanted: "dict[str, Any]", found: Any) -> None:
    for key, value in wanted.items():
        assert getattr(found, key, None) == value, f"origin.{key}"


def candidate_fits(wanted: "dict[str, Any]", found: Optional[superconfig.Candidate]) -> None:
    assert found is not None
    origin_fits({key: value for key, value in wanted.items() if key != "value"}, found)
    if "value" in wanted:
        assert comparable(found.value) == comparable(plain(wanted["value"]))


def check_value(config: SuperConfig, expected: "dict[str, Any]") -> None:
    if "value" in expected:
        assert comparable(config.current) == comparable(plain(expected["value"]))
    if "redacted" in expected:
        assert json.loads(config.to_string("json")) == expected["redacted"]
        assert repr(config) == f"SuperConfig({expected['redacted']!r})"
    if "order" in expected:
        assert list(config.current) == expected["order"]
    wanted = [{"code": warning} if isinstance(warning, str) else warning for warning in expected.get("warnings", [])]
    found = config.warnings
    assert [warning.code for warning in found] == [warning["code"] for warning in wanted]
    for warning, one in zip(found, wanted):
        if "path" in one:
            assert warning.path == one["path"]
        for part in one.get("contains", []):
            assert part in warning.message


def check_explanations(config: SuperConfig, explain: "dict[str, Any]") -> None:
    for path, wanted in explain.items():
        if wanted.get("candidates") == 0:
            with pytest.raises(superconfig.PathError):
                config.explain(path)
            continue
        found = config.explain(path)
        if "value" in wanted:
            assert comparable(found.value) == comparable(plain(wanted["value"]))
        if "winner" in wanted:
            if wanted["winner"] is None:
                assert found.winner is None
            else:
                candidate_fits(wanted["winner"], found.winner)
        candidates = wanted.get("candidates")
        if isinstance(candidates, int):
            assert len(found.candidates) == candidates
        elif candidates is not None:
            assert len(found.candidates) == len(candidates)
            for one, candidate in zip(candidates, found.candidates):
                candidate_fits(one, candidate)
        if "names" in wanted:
            assert len(found.names) == len(wanted["names"])
            for one, name in zip(wanted["names"], found.names):
                origin_fits(one, name)
        if "unreached" in wanted:
            assert len(found.unreached) == len(wanted["unreached"])
            for one, left in zip(wanted["unreached"], found.unreached):
                origin_fits({key: value for key, value in one.items() if key != "reason"}, left)
                assert one.get("reason", "") in left.reason


def check_error(error: SuperConfigError, expected: "dict[str, Any]") -> None:
    assert error.code == expected["error"]
    for part in expected.get("message", []):
        assert part in str(error)
    for part in expected.get("hint", []):
        assert part in (error.hint or "")
    for part in expected.get("notMessage", []):
        assert part not in f"{error!r}{error}{error.issues}{error.hint}{error.path}"
    if "path" in expected:
        assert error.path == expected["path"]
    if "origin" in expected:
        origin_fits(expected["origin"], error.origin)


def knows(kind: str, given: "dict[str, Any]") -> None:
    strange = sorted(set(given) - KEYS[kind])
    assert strange == [], f"{strange} of `{kind}` is not in README.md"


def run(case: "dict[str, Any]", directory: Path) -> None:
    expected = case["expect"]
    knows("case", case)
    knows("options", case.get("options", {}))
    knows("expect", expected)
    for one in case.get("explain", {}).values():
        knows("explain", one)
    try:
        config = load(case, directory)
    except SuperConfigError as error:
        if "error" not in expected:
            raise
        check_error(error, expected)
        return
    with config:
        assert "error" not in expected, f"found {config.current}"
        check_value(config, expected)
        check_explanations(config, case.get("explain", {}))


@pytest.mark.parametrize("file", sorted(VECTORS.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_vectors(file: Path, tmp_path: Path) -> None:
    global ran
    for at, case in enumerate(json.loads(file.read_text(encoding="utf-8"))):
        if (f"{file.parent.name}/{file.name}", case["name"]) in SKIPPED:
            continue
        try:
            run(case, tmp_path / str(at))
        except Exception as failure:
            raise AssertionError(f"{case['name']}: {failure}") from failure
        ran += 1


def test_count(capfd: "pytest.CaptureFixture[str]") -> None:
    """Prints how many ran, and why others did not."""
    with capfd.disabled():
        print(f"\nvectors: {ran} cases")
        for (file, name), reason in SKIPPED.items():
            print(f"vectors: skipped {file}: {name}: {reason}")
    names = [(f"{file.parent.name}/{file.name}", case["name"]) for file in VECTORS.glob("*/*.json") for case in json.loads(file.read_text("utf-8"))]
    assert all(skipped in names for skipped in SKIPPED)
