"""A slip of the pen in a reference is nobody else."""

from __future__ import annotations

import pytest

from lifecycle.references import APART, SUBJECT, new_id, to_reference

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize("start", [0, 31, (1 << 40) - 5, (1 << 62) - 7, None, None])
def test_no_reference_of_a_block_is_another_with_one_character_wrong_or_two_that_changed_places(
    start: int | None,
) -> None:
    """None: where a real import begins."""
    if start is None:
        start = new_id()
    block = [to_reference(SUBJECT, start + number * APART) for number in range(3000)]
    known = set(block)
    for ref in block[::30]:
        for place in range(2, len(ref)):
            slips = {ref[:place] + digit + ref[place + 1 :] for digit in DIGITS}
            if place + 1 < len(ref):
                slips.add(ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :])
            assert known & slips <= {ref}
