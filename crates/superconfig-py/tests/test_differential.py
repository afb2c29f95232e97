"""Node against Python over generated trees and bad inputs: values, codes, messages, paths, origins, warnings and provenance."""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Optional

import pytest

import superconfig
from superconfig import SuperConfig, SuperConfigError

ROOT = Path(__file__).resolve().parents[3]
ENTRY = ROOT / "ts" / "dist" / "index.js"

KEYS = ["a", "b", "db", "host", "maxConn", "max_conn", "list", "token", "api key", "x.y", "日本", "__proto__", "list_add", "list_remove", "toString"]
TEXTS = ["", "x", "true", "007", "1e5", "${a}", "${db.host}", "$${a}", "ünï", "https://me:pw@host/x", "multi\nline", "0x10", '"', "a,b", "null", " "]
INTEGERS = [0, 1, -1, 80, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]
# JavaScript cannot tell 1.0 from 1, so none of those.
FLOATS = [0.5, -1.25, 1e-7, 3.14159, 1.0000000000000002, 123456.789]


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def scalar(self) -> Any:
        choice = self.random.random()
        if choice < 0.4:
            return self.random.choice(TEXTS)
        if choice < 0.65:
            return self.random.choice(INTEGERS)
        return self.random.choice([*FLOATS, True, False, None])

    def value(self, depth: int) -> Any:
        choice = self.random.random()
        if depth > 0 and choice < 0.3:
            return self.table(depth - 1)
        if depth > 0 and choice < 0.5:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        return self.scalar()

    def table(self, depth: int) -> Any:
        return {key: self.value(depth) for key in self.random.sample(KEYS, self.random.randrange(1, 6))}

    def document(self) -> "tuple[str, Optional[str]]":
        """A text of a format, often broken."""
        format = self.random.choice(["json", "jsonc", "json5", "toml", "yaml", "ini", "dotenv"])
        table = self.table(2)
        if format in ("ini", "dotenv"):
            text = "".join(f"{key} = {value}\n" for key, value in table.items() if isinstance(value, (str, int)))
        else:
            with SuperConfig.builder(env={}).defaults(table, directives=False).load() as config:
                try:
                    text = config.to_string(format, secrets=True, indent=self.random.random() < 0.5)
                except SuperConfigError:
                    text = json.dumps(table)
        for _ in range(self.random.choice([0, 0, 1, 1, 3])):
            at = self.random.randrange(len(text) + 1)
            noise = self.random.choice(["", "\t", "'", '"', "{", "]", ":", "=", "\n", "#", ",", "<<: *a", "\\", "é", "\r\n", "- ", "\x00"])
            text = text[:at] + noise + text[at + self.random.randrange(3) :]
        return text, self.random.choice([format, format, format, None, "tmol"] if self.random.random() < 0.2 else [format])

    def case(self) -> "dict[str, Any]":
        layers: "list[dict[str, Any]]" = []
        for _ in range(self.random.randrange(1, 4)):
            kind = self.random.choice(["defaults", "override", "text", "text"])
            if kind == "text":
                text, format = self.document()
                layer = {"kind": kind, "text": text, "format": format, "name": "inline"}
            else:
                layer = {"kind": kind, "value": self.table(3)}
            layers.append({**layer, "join": True} if self.random.random() < 0.15 else layer)
        env: "dict[str, str]" = {}
        if self.random.random() < 0.6:
            layers.append({"kind": "env"})
            for _ in range(self.random.randrange(4)):
                name = "__".join(key.upper().replace(" ", "_") for key in self.random.sample(KEYS, self.random.randrange(1, 3)))
                env["APP_" + name] = self.random.choice([*TEXTS, "[1,2]", "{", '{"a": 1}', "12", "-0", "9007199254740993"])
        args: "list[str]" = []
        if self.random.random() < 0.4:
            layers.append({"kind": "args"})
            for _ in range(self.random.randrange(3)):
                args.append(self.random.choice([f"--{self.random.choice(KEYS)}={self.random.choice(TEXTS)}", "--no-a", "--db.host=h", "--set", "a=1", "-x", "--"]))
        options: "dict[str, Any]" = {}
        if self.random.random() < 0.3:
            options["arrays"] = {self.random.choice(["list", "**", "*.list", "["]): self.random.choice(["append", "unique", "prepend", "replace", {"by": "a"}, "apend"])}
        if self.random.random() < 0.3:
            options["interpolate"] = True
        explain = self.random.sample(["a", "b", "db", "list", "list[0]", "db.host", "token", "host"], 3)
        return {"layers": layers, "env": env, "args": args, "options": options, "explain": explain}


def canonical(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        if math.isnan(value):
            return {"f": "nan"}
        if math.isinf(value):
            return {"f": "inf" if value > 0 else "-inf"}
        return {"i": str(int(value))} if value.is_integer() else {"f": float(value)}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    # An object of JavaScript has its whole numbers first.
    indexes = sorted((key for key in value if re.fullmatch("0|[1-9][0-9]{0,8}", key)), key=int)
    keys = [*indexes, *(key for key in value if key not in indexes)]
    return {"t": [[key, canonical(value[key])] for key in keys]}


def comparable(found: Any) -> Any:
    """Digits as numbers."""
    if isinstance(found, list):
        return [comparable(item) for item in found]
    if isinstance(found, dict):
        if isinstance(found.get("f"), str) and found["f"][-1].isdigit():
            return {"f": float(found["f"])}
        return {key: comparable(item) for key, item in found.items()}
    return found


def place(origin: Any) -> Any:
    names = ("kind", "name", "file", "line", "column", "variable")
    return [getattr(origin, name, None) for name in names]


def load(case: "dict[str, Any]") -> SuperConfig:
    builder = SuperConfig.builder(cwd="/", home="/nowhere", env=case["env"], argv=case["args"]).profile([])
    for layer in case["layers"]:
        flags = {"join": True} if layer.get("join") else {}
        if layer["kind"] == "defaults":
            builder.defaults(layer["value"], **flags)
        elif layer["kind"] == "override":
            builder.overrides(layer["value"], **flags)
        elif layer["kind"] == "text":
            builder.text(layer["text"], format=layer["format"], name=layer["name"], **flags)
        elif layer["kind"] == "env":
            builder.env("APP")
        else:
            builder.args(case["args"])
    if "arrays" in case["options"]:
        builder.arrays(case["options"]["arrays"])
    if case["options"].get("interpolate"):
        builder.interpolate()
    return builder.load()


def outcome(case: "dict[str, Any]") -> Any:
    try:
        config = load(case)
    except SuperConfigError as error:
        parts = [[issue.path, issue.message, issue.hint, place(issue.origin)] for issue in error.issues]
        return {"error": [error.code, error.path, place(error.origin), error.hint, str(error), parts]}
    explained: "list[Any]" = []
    for path in case["explain"]:
        if path not in config:
            explained.append(None)
            continue
        found = config.explain(path)
        candidates = [[place(candidate), candidate.action, canonical(candidate.value)] for candidate in found.candidates]
        explained.append([found.winner and place(found.winner), candidates])
    warnings = [[warning.code, warning.path, warning.message, place(warning.origin)] for warning in config.warnings]
    with config:
        return {
            "value": canonical(config.current),
            "redacted": config.to_string(),
            "yaml": config.to_string("yaml"),
            "warnings": warnings,
            "explained": explained,
        }


def written(value: Any) -> Any:
    """A case as JSON writes it; integers exactly."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        return {"$integer": str(value)}
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items()}
    return value


@pytest.mark.skipif(shutil.which("node") is None or not ENTRY.exists(), reason="the package for Node is not built here")
def test_node_and_python_agree(tmp_path: Path, capfd: "pytest.CaptureFixture[str]", runs_all: bool) -> None:
    count, seed = 5_000 if runs_all else 150, 21
    generator = Generator(seed)
    cases = [generator.case() for _ in range(count)]
    given = tmp_path / "cases.json"
    given.write_text(json.dumps([written(case) for case in cases]), encoding="utf-8")
    runner = Path(__file__).with_name("differential.mjs")
    done = subprocess.run(["node", str(runner), str(given), str(ENTRY)], capture_output=True, text=True, timeout=600, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    codes: "dict[str, int]" = {}
    for at, (case, node) in enumerate(zip(cases, json.loads(done.stdout))):
        found = comparable(json.loads(json.dumps(outcome(case))))
        node = comparable(node)
        for one in (found, node):
            # A key that JavaScript cannot have crosses after the others, so the warnings about it come later.
            one.get("warnings", []).sort(key=json.dumps)
        assert found == node, f"case {at} of seed {seed}: {json.dumps(written(case))}"
        code = found["error"][0][len("ERR_SUPERCONFIG_") :] if "error" in found else "loaded"
        codes[code] = codes.get(code, 0) + 1
    assert codes.get("loaded", 0) > count // 10 and len(codes) >= 4, codes
    with capfd.disabled():
        listed = ", ".join(f"{number} {code}" for code, number in sorted(codes.items(), key=lambda item: -item[1]))
        print(f"\ndifferential: {count} cases alike in Node and Python (seed {seed}): {listed}")
