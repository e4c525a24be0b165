"""What is wrong in a configuration file: where it stands, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lifecycle.errors import Misconfigured

Path = tuple[str | int, ...]
"""The way from the top of a file to a value: keys of mappings and positions in lists."""


def spelled(path: Path) -> str:
    """`("retention", 2, "keep")` as a person would write it: `retention[2].keep`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


class Problem(NamedTuple):
    """One thing to mend."""

    file: str
    """The file's own name; of bindings with the folder that it lies in."""
    line: int
    """1-based; for a missing key the line of what it is missing from."""
    path: str
    """E.g. `retention[2].keep.at_most`; "" for the file as a whole."""
    message: str
    """What is wrong and what would be right. It may quote the file: that is configuration."""

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.path else f"line {self.line}"
        return f"{self.file}: {where}: {self.message}"


class ConfigurationError(Misconfigured):
    """A configuration file is not usable; `problems` lists everything found in one reading."""

    code_of_kind = "configuration_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        ref = self.problems[0].file if self.problems else None
        super().__init__(self.code_of_kind, ref=ref, problems=len(self.problems))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])

    def __reduce__(self) -> tuple[type[ConfigurationError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class PolicyError(ConfigurationError):
    """A policy file is not usable: `gallra policy check` shows the same list."""

    code_of_kind = "policy_invalid"


class BindingsError(ConfigurationError):
    """A file of system bindings is not usable."""

    code_of_kind = "bindings_invalid"


class ControllerUnknown(Misconfigured):
    """No policy file bears the name that was asked for; the text lists the names there are."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        super().__init__("controller_unknown", known=len(self.known))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  policy: {name}" for name in self.known)])

    def __reduce__(self) -> tuple[type[ControllerUnknown], tuple[tuple[str, ...]]]:
        return type(self), (self.known,)
