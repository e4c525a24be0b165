"""A configuration file is a small, safe part of YAML that knows its line numbers."""

import pickle

import pytest

from lifecycle.configuration.problems import ConfigurationError, Problem, spelled
from lifecycle.configuration.text import LARGEST, read_text


def problems(content: bytes | str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationError) as refused:
        read_text(content.encode() if isinstance(content, str) else content, name="x.yaml")
    return refused.value.problems


def test_values_and_their_lines() -> None:
    text = read_text(b"a: 1\nb:\n  - c: yes\n  - d\n", name="x.yaml")
    assert text.data == {"a": 1, "b": [{"c": "yes"}, "d"]}
    assert text.lines[("b", 0, "c")] == 3
    assert text.problem(("b", 0, "missing"), "…").line == 3
    assert spelled(("b", 0, "c")) == "b[0].c"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("18:00", "18:00"),
        ("2026-11-01", "2026-11-01"),
        ("0123", "0123"),
        ("1.5", "1.5"),
        ("1_000", "1_000"),
        ("16", 16),
        ('"16"', "16"),
        ("true", True),
        ("'true'", "true"),
        ("null", None),
        ("~", None),
        ("", None),
        ('""', ""),
    ],
)
def test_nothing_is_guessed_about_a_value(written: str, meant: object) -> None:
    value = read_text(f"a: {written}\n".encode(), name="x.yaml").data["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read() -> None:
    text = read_text(b"\xef\xbb\xbfa: 1\r\nb: x\r\n", name="x.yaml")
    assert text.data == {"a": 1, "b": "x"}


def test_every_key_that_stands_twice_is_found_at_once() -> None:
    found = problems("a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert [(p.line, p.path) for p in found] == [(2, "b.c"), (3, "a")]
    assert "line 1" in found[1].message


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("b: *x\n", 1, "anchors"),
        ("a: 1\nb: !!python/object/apply:os.system [x]\n", 2, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: " + "[" * 40 + "]" * 40, 1, "deeper"),
        ("a: [" + "1," * 60_000 + "]", 1, "more than"),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("a: \x07\n", 1, "not YAML"),
        (b"a: 1\nb: \xe5\n", 2, "UTF-8"),
        ("a: 1\nb: 2\n".encode("utf-16"), 1, "UTF-8"),
        (b"#" * (LARGEST + 1), 1, "bytes"),
        ("", 1, "keys with values"),
        ("- a\n", 1, "keys with values"),
        ("a: 1\n2: b\n", 2, "key must be text"),
        ("[a]: 1\n", 1, "key must be text"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(
    content: bytes | str, line: int, word: str
) -> None:
    (found,) = problems(content)
    assert found.line == line
    assert word in found.message


def test_a_thousand_million_laughs_cost_nothing() -> None:
    rows = ["a0: &a0 [ha]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "anchors" in problems("\n".join(rows))[0].message


def test_the_error_keeps_its_problems_when_it_is_sent_to_another_process() -> None:
    error = ConfigurationError([Problem("x.yaml", 3, "a.b", "is wrong")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert again.problems == error.problems
    assert str(again) == str(error)
    assert "x.yaml: line 3, a.b: is wrong" in str(error)
