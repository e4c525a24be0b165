"""How an exported form with answers to the policy's questions is read, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from lifecycle.bindings.places import Place
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.validated import Part, nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Name, Sentence


class ConsentForm(Part):
    """One form, .xlsx or .csv, that somebody exports again and again."""

    path: Place
    persons: dict[Literal["national_id", "email"], Sentence] = Field(
        min_length=1,
        description="by what a person is recognised: the header of its column; where there are "
        "both, both must fit the same person",
    )
    answers: dict[Sentence, tuple[Name, ...]] = Field(
        min_length=1,
        description="header of a tick box: the policy's questions that it answers, of which those "
        "about the person's own kind are registered; an empty cell answers nothing",
    )
    given_on: Sentence = Field(description="header of the day of the answer")
    start_on: Sentence | date | None = Field(
        default=None,
        description="header of the day of the start, or the day itself; none: the person's latest "
        "start on record, else the day of the answer",
    )
    giver: Name | None = Field(
        default=None, description="kind of person who answers, where it is always the same"
    )
    giver_in: Sentence | None = Field(default=None, description="else: the header that says it")
    givers: dict[Sentence, Name] = Field(
        default={}, description="with giver_in: what stands there: which kind of person it is"
    )
    yes: tuple[Sentence, ...] = Field(min_length=1, examples=[["ja", "x"]])
    no: tuple[Sentence, ...] = Field(min_length=1, examples=[["nej"]])
    then: Literal["keep", "delete"] = Field(
        description="what becomes of the file when every row of it is registered: a file with "
        "rows that were set aside always stays"
    )

    @model_validator(mode="after")
    def _consistent(self) -> ConsentForm:
        if (self.giver is None) == (self.giver_in is None) or bool(self.givers) != bool(
            self.giver_in
        ):
            raise ValueError("write giver, or giver_in together with givers")
        both = {word.casefold() for word in self.yes} & {word.casefold() for word in self.no}
        if both:
            raise ValueError(f"'{sorted(both)[0]}' means both yes and no; keep one")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column that is read."""
        also = [self.start_on] if isinstance(self.start_on, str) else []
        also += [self.giver_in] if self.giver_in is not None else []
        return (*self.persons.values(), *self.answers, self.given_on, *also)


def check_consent_forms(
    forms: Mapping[str, ConsentForm], policy: Policy
) -> Iterator[tuple[Where, str]]:
    """What does not fit the policy: where in the file, and what would be right."""
    known = {one.id: one for one in policy.consents}
    for name, form in forms.items():
        here: Where = ("consent_forms", name)
        if len(set(form.headers)) != len(form.headers):
            yield here, "two of its columns have the same header; a header means one thing only"
        for header, questions in form.answers.items():
            for question in questions:
                if question not in known:
                    yield (
                        (*here, "answers", header),
                        f"the policy has no consent '{question}'{nearest(question, known)}",
                    )
        kinds = [form.giver] if form.giver is not None else [*form.givers.values()]
        for kind in kinds:
            if kind not in policy.subjects:
                yield (
                    (*here, "giver"),
                    f"the policy has no such kind '{kind}'{nearest(kind, policy.subjects)}",
                )
