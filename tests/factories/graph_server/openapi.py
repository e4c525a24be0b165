"""Microsoft's own description of Graph, and whether a request keeps to it.

`tests/data/graph_v1_slice.yaml.gz` is Microsoft's OpenAPI for the paths that Gallra uses.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import jsonschema
import yaml

_FILE = Path(__file__).resolve().parents[2] / "data" / "graph_v1_slice.yaml.gz"
_METHODS = ("get", "post", "put", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The whole description."""
    with gzip.open(_FILE) as file:
        loaded: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
        return loaded


def violations(method: str, path: str, query: str, content_type: str, body: Any) -> Iterator[str]:
    """What is wrong with a request; `path` is the raw one below `/v1.0`, `body` parsed JSON or
    bytes. Nothing of what it says is quoted from the request but names of parameters."""
    found = _operation(method, path)
    if found is None:
        yield f"{method} of no known path with {path.count('/')} steps"
        return
    template, operation, parameters = found
    where = f"{method} {template}"
    known = {p["name"]: p for p in parameters if p["in"] == "query"}
    for name, value in parse_qsl(query, keep_blank_values=True):
        # A next page's mark is the server's own.
        if name == "$skiptoken":
            continue
        if name not in known:
            yield f"{where}: unknown query parameter {name}"
        else:
            schema = _standalone(known[name]["schema"])
            if not _is_valid(_typed(value, schema), schema):
                yield f"{where}: value of {name}"
    wanted = operation.get("requestBody")
    if wanted is None:
        if body not in (None, b""):
            yield f"{where}: a body where none belongs"
        return
    wanted = _resolved(wanted)
    media = wanted["content"].get(content_type.partition(";")[0].strip())
    if media is None:
        yield f"{where}: content type"
    elif "json" in content_type:
        for error in _validator(media["schema"]).iter_errors(body):
            place = ".".join(str(step) for step in error.absolute_path)
            yield f"{where}: body at '{place}' breaks {error.validator}"


def answer_violations(method: str, path: str, body: Any) -> Iterator[str]:
    """What is wrong with the JSON of a 2xx answer: the server of the tests must not invent."""
    found = _operation(method, path)
    if found is None:
        return
    template, operation, _ = found
    answers = operation["responses"]
    answer = next((answers[s] for s in ("2XX", "200", "201", "204") if s in answers), None)
    media = _resolved(answer or {}).get("content", {}).get("application/json")
    if media is None:
        return
    for error in _validator(media["schema"]).iter_errors(body):
        place = ".".join(str(step) for step in error.absolute_path)
        yield f"answer of {method} {template}: at '{place}' breaks {error.validator}"


def _operation(method: str, path: str) -> tuple[str, dict[str, Any], list[dict[str, Any]]] | None:
    for template, pattern in _patterns():
        if pattern.fullmatch(path):
            item = description()["paths"][template]
            operation = item.get(method.lower())
            if operation is not None:
                both = [*item.get("parameters", []), *operation.get("parameters", [])]
                return template, operation, [_resolved(p) for p in both]
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    patterns = []
    for template in description()["paths"]:
        steps = re.split(r"\{[^}]+\}", template)
        patterns.append((template, re.compile("[^/]+".join(map(re.escape, steps)))))
    return patterns


def path_values(template: str, path: str) -> list[str] | None:
    """The values that `path` has at the braces of `template`, decoded; None: another path."""
    steps = [re.escape(step) for step in re.split(r"\{[^}]+\}", template)]
    match = re.fullmatch("([^/]+)".join(steps), path)
    return None if match is None else [unquote(value) for value in match.groups()]


def _resolved(part: Any) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = description()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    resolved: dict[str, Any] = part
    return resolved


_VALIDATORS: dict[int, jsonschema.Draft202012Validator] = {}


def _validator(schema: Any) -> jsonschema.Draft202012Validator:
    key = id(schema)
    if key not in _VALIDATORS:
        _VALIDATORS[key] = jsonschema.Draft202012Validator(_standalone(schema))
    return _VALIDATORS[key]


def _standalone(schema: Any) -> dict[str, Any]:
    """A JSON schema of its own, with everything that it refers to beside it."""
    needed: dict[str, Any] = {}
    converted = _converted(schema, needed)
    return {**converted, "$defs": needed} if needed else converted


def _converted(schema: Any, needed: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name not in needed:
            needed[name] = {}
            needed[name] = _converted(_resolved(schema), needed)
        return {"$ref": f"#/$defs/{name}"}
    flat = _flat(schema)
    made: dict[str, Any] = {}
    if "type" in flat:
        made["type"] = [flat["type"], "null"] if flat.get("nullable") else flat["type"]
    for word in ("pattern", "minimum", "maximum", "uniqueItems", "required"):
        if word in flat:
            made[word] = flat[word]
    if "enum" in flat:
        made["enum"] = [*flat["enum"], None] if flat.get("nullable") else flat["enum"]
    for word in ("anyOf", "oneOf"):
        if word in flat:
            made["anyOf"] = [_converted(one, needed) for one in flat[word]]
    if "items" in flat:
        made["items"] = _converted(flat["items"], needed)
    if "properties" in flat:
        made["properties"] = {n: _converted(p, needed) for n, p in flat["properties"].items()}
        # Stricter than OData: a property that Microsoft does not name is a slip of ours.
        made["additionalProperties"] = False
    return made


def _flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Inherited properties beside one's own."""
    flat = {word: value for word, value in schema.items() if word != "allOf"}
    for part in schema.get("allOf", []):
        inherited = _flat(_resolved(part))
        properties = {**inherited.get("properties", {}), **flat.get("properties", {})}
        flat = {**inherited, **flat}
        if properties:
            flat["properties"] = properties
    return flat


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "array" in kinds:
        return value.split(",")
    if {"integer", "number"} & set(kinds):
        return int(value) if value.isdigit() else value
    if "boolean" in kinds:
        return {"true": True, "false": False}.get(value, value)
    return value


def _is_valid(value: Any, schema: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))
