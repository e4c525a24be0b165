"""A YAML file as plain data that knows the line of every value, and nothing that YAML smuggles in.

A small, safe subset: UTF-8, one document, no anchors or aliases (no "billion laughs"), no tags,
no key twice. Plain scalars are text unless they are `true`, `false`, `null` or a whole number:
`NO` stays Norway and 18:00 stays a time, as in YAML 1.2 and unlike YAML 1.1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from lifecycle.configuration.problems import ConfigurationError, Path, Problem, spelled

LARGEST: Final = 256 * 1024
"""Bytes. A policy is something that people read."""
_DEEPEST: Final = 24
_MOST_EVENTS: Final = 50_000
_WHOLE_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_WORDS: Final = {"": None, "null": None, "~": None, "true": True, "false": False}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class MarkedText:
    """What a configuration file says, and where."""

    name: str
    data: dict[str, Any]
    lines: Mapping[Path, int]
    sha256: str
    """Hexadecimal, of the file's bytes."""

    def known_part(self, path: Path) -> Path:
        """The longest beginning of `path` that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return path

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at `path`, with the line of the nearest thing that stands in the file."""
        return Problem(self.name, self.lines[self.known_part(path)], spelled(path), message)


def read_text(
    content: bytes, *, name: str, error: type[ConfigurationError] = ConfigurationError
) -> MarkedText:
    """Read the bytes of a YAML file called `name`; raises `error` with every problem found."""
    text = _decoded(content, name, error)
    try:
        _refuse_trickery(text, name, error)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(wrong, "problem", None) or "a character that YAML does not allow"
        message = f"this is not YAML: {what}"
        raise error([Problem(name, line, "", message)]) from None
    lines: dict[Path, int] = {(): 1}
    problems: list[Problem] = []
    data = _build(root, (), lines, problems, name)
    if not problems and (root is None or not isinstance(data, dict)):
        problems.append(Problem(name, 1, "", "write keys with values, e.g. `controller:`"))
    if problems:
        raise error(problems)
    return MarkedText(name, data, lines, hashlib.sha256(content).hexdigest())


def _decoded(content: bytes, name: str, error: type[ConfigurationError]) -> str:
    if len(content) > LARGEST:
        message = f"the file has {len(content)} bytes; at most {LARGEST} are read"
        raise error([Problem(name, 1, "", message)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        message = "this is not UTF-8; save the file as UTF-8 in your editor"
        raise error([Problem(name, line, "", message)]) from None


def _refuse_trickery(text: str, name: str, error: type[ConfigurationError]) -> None:
    """Look at the stream of events before anything is built: building may recurse or multiply."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        message = None
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                message = "a second document begins; keep one per file, without `---`"
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "anchors (&) and aliases (*) are not allowed; write the value out"
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and event.tag:
            message = f"the tag {event.tag} is not allowed; write the plain value"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if depth > _DEEPEST:
            message = f"nested deeper than {_DEEPEST} levels"
        elif count > _MOST_EVENTS:
            message = f"more than {_MOST_EVENTS} values and keys"
        if message is not None:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise error([Problem(name, line, "", message)])


def _build(
    node: yaml.Node | None, path: Path, lines: dict[Path, int], problems: list[Problem], name: str
) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, item in enumerate(node.value):
            here = (*path, position)
            lines[here] = item.start_mark.line + 1
            items.append(_build(item, here, lines, problems, name))
        return items
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value if isinstance(node, yaml.MappingNode) else ():
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            message = "a key must be text; put it in quotes"
            problems.append(Problem(name, line, spelled(path), message))
            continue
        here = (*path, key)
        if key in mapping:
            message = f"this key stands already in line {lines[here]}; keep one of the two"
            problems.append(Problem(name, line, spelled(here), message))
            continue
        lines[here] = line
        mapping[key] = _build(value_node, here, lines, problems, name)
    return mapping


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    value: str = node.value
    if node.style:  # the C parser writes "" for plain, the other one None
        return value
    if value in _WORDS:
        return _WORDS[value]
    return int(value) if _WHOLE_NUMBER.fullmatch(value) else value
