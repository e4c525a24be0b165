"""How much of the machine one export may use while it is read, in proportion to its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_MB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """Bounds for one file. A file that needs more is refused; it never costs more than this."""

    memory_bytes: int
    """Address space of the reader's child (RLIMIT_AS)."""
    cpu_seconds: int
    """Processor time of the child (RLIMIT_CPU)."""
    wait_seconds: float
    """How long the parent waits, all told, for a child that says nothing; ten times as long for one
    that would work and gets no processor."""
    unpacked_bytes: int
    """All parts of a zipped workbook together, unpacked."""
    part_ratio: int
    """A part above one megabyte may unpack to at most this many times its packed size."""
    parts: int
    """Entries in the zip directory."""
    area: int
    """Last row × last column of a sheet: what a dense reader would have to lay out."""
    row_bytes: int
    """One row's XML, one record of a text file."""
    frame_bytes: int
    """One message from the child."""

    @classmethod
    def for_size(cls, size: int) -> Self:
        """The limits for a file of `size` bytes.

        A small file gets 4 s of processor and 512 MB at the most. The slopes are measured:
        an ordinary export of 12 MB has 100,000 rows of 3 million cells, which take 6 to 8 s of
        processor, and unpacks to 150 MB; read by the dense reader it peaks at 620 MB.
        """
        megabytes = size / _MB
        return cls(
            memory_bytes=min(512 * _MB + int(max(0.0, megabytes - 2) * 60 * _MB), 3072 * _MB),
            cpu_seconds=4 + int(1.5 * megabytes),
            wait_seconds=20.0 + 8 * megabytes,
            unpacked_bytes=min(64 * _MB + 40 * size, 1024 * _MB),
            part_ratio=250,
            parts=4096,
            area=min(2_000_000 + int(1_500_000 * megabytes), 40_000_000),
            row_bytes=8 * _MB,
            frame_bytes=64 * _MB,
        )
