"""From what a file says to a typed value, or to a list of what to mend and how."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lifecycle.configuration.problems import ConfigurationError, Path, Problem
from lifecycle.configuration.text import MarkedText


class Part(BaseModel):
    """A piece of a configuration file: never changed once read, and no key but the known."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False)


M = TypeVar("M", bound=Part)


def validated(
    model: type[M],
    text: MarkedText,
    *,
    error: type[ConfigurationError],
    context: Mapping[str, object] | None = None,
) -> M:
    """`text` as a `model`; raises `error` with one problem per wrong value.

    `context` is handed to the model's validators.
    """
    try:
        return model.model_validate(text.data, context=context)
    except ValidationError as wrong:
        # A union reports each of its branches for one and the same value: the first will do.
        problems: dict[Path, Problem] = {}
        for detail in wrong.errors(include_url=False):
            path = _path_in(text.data, detail["loc"], missing=detail["type"] == "missing")
            message = _worded(model, path, detail)
            problems.setdefault(path, text.problem(path, message))
        raise error(sorted(problems.values(), key=lambda p: (p.line, p.path))) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the known word most like `word`, else what is known."""
    choices = list(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; known here: {', '.join(choices)}" if choices else ""


def _stands(data: object, step: int | str) -> bool:
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def _path_in(data: Any, loc: tuple[int | str, ...], *, missing: bool) -> Path:
    """pydantic's location without the names of union branches and other inner marks."""
    path: list[str | int] = []
    for position, step in enumerate(loc):
        if _stands(data, step):
            data = data[step]
            path.append(step)
        elif missing and position == len(loc) - 1:
            path.append(step)
    return tuple(path)


def _worded(model: type[BaseModel], path: Path, detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        parents = _models_at(model, path[:-1])
        chosen = [m for m in parents if _kind_of(m) in detail["loc"]] or parents
        known = [f.alias or n for m in chosen for n, f in m.model_fields.items()]
        return f"unknown key{nearest(str(path[-1]), known)}"
    field = _field_at(model, path)
    example = field.examples[0] if field is not None and field.examples else None
    hint = f"; write e.g. {_shown(example)}" if example is not None else ""
    if kind == "missing":
        about = f" ({field.description})" if field is not None and field.description else ""
        return f"is missing{about}{hint}"
    given = detail["input"]
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        expected = str(context.get("expected") or context.get("expected_tags"))
        words = re.findall(r"'([^']*)'", expected)
        if kind == "union_tag_invalid":
            given = context.get("tag")
        right = nearest(str(given), words) if words else f"; write {expected}"
        return f"{_shown(given)} is not known{right}"
    if kind == "union_tag_not_found":
        return "'kind' is missing; it says which kind of system this is"
    if kind == "bool_type" or kind == "bool_parsing":
        return f"{_shown(given)} is not true or false"
    if kind in {"model_type", "dict_type"}:
        return "write keys with values here"
    if kind == "tuple_type":
        return f"{_shown(given)} is not a list; write e.g. [{given or 'one, two'}]"
    said = detail["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{_shown(given)}: {said}{hint}" if not isinstance(given, (dict, list)) else said + hint


def _shown(value: object) -> str:
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def _models_in(annotation: object) -> list[type[BaseModel]]:
    """The part models inside an annotation such as `tuple[Rule, ...]` or `Mail | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner: list[type[BaseModel]] = []
    if typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for argument in typing.get_args(annotation):
            inner.extend(_models_in(argument))
    return inner


def _field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    found: FieldInfo | None = None
    models: list[type[BaseModel]] = [model]
    for step in path:
        match = next(
            (f for m in models for n, f in m.model_fields.items() if step == (f.alias or n)), None
        )
        if match is None:
            # A position in a list or a key of a mapping: the models stay those of its values.
            continue
        found, models = match, _models_in(match.annotation)
    return found


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """More than one where the value is one of several kinds."""
    field = _field_at(model, path)
    return _models_in(field.annotation) if field is not None else [model]


def _kind_of(model: type[BaseModel]) -> object:
    """The word that `kind:` must have for `model`, if it is one of several kinds."""
    field = model.model_fields.get("kind")
    return next(iter(typing.get_args(field.annotation)), None) if field is not None else None
