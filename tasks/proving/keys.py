"""What was erased stays erased in backups too: the key-encryption key is changed in time."""

from __future__ import annotations

from lifecycle.ledger import EventKind
from records.keyring import KeyStatus
from tasks.house.parts import House
from tasks.proving.proof import witness
from tasks.proving.shredding import destroy_keys


def rotate_keys(house: House) -> KeyStatus:
    """Begin a new epoch, wrap the surviving keys anew and destroy the old KEK.

    Safe to repeat: a rotation that was stopped is finished. Raises `KeyFailure`,
    `LedgerFailure` before anything is destroyed when no witness can be reached, `NotProven`.
    """
    destroy_keys(house)
    witness(house)
    before = house.keyring.status()
    with house.work() as work:
        work.record(EventKind.KEYS_ROTATION_BEGUN, expected=before.data_keys)
        work.commit()
    house.keyring.rotate()
    after = house.keyring.status()
    with house.work() as work:
        work.record(
            EventKind.KEYS_ROTATED,
            expected=before.data_keys,
            acted=after.data_keys,
            verified=after.data_keys,
            epoch=after.epoch,
        )
        work.commit()
    witness(house)
    return after


def rotate_if_due(house: House) -> bool:
    """Rotate when the policy's time is up (within P30D); whether it was."""
    if not house.keyring.must_rotate(house.policy.schedules.rotate_keys.within.exact):
        return False
    rotate_keys(house)
    return True
