"""Every form of rule, case by case."""

from tests.spec.rule_cases_doubt import DOUBT
from tests.spec.rule_cases_left import LEFT
from tests.spec.rule_cases_needed import NEEDED
from tests.spec.rule_cases_periods import PERIODS
from tests.spec.rule_cases_years import YEARS
from tests.spec.rule_chapter import Chapter

CHAPTERS: tuple[Chapter, ...] = (*PERIODS, *YEARS, *NEEDED, *LEFT, *DOUBT)
