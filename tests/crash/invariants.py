"""What must hold after a kill at any point, and what after running the same command again.

Design §7: nothing lost, nothing imported twice, nothing deleted before it is verified at the
destination, no deletion without its ledger entry, nothing left behind.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from lifecycle.ledger import EventKind
from tests.crash import erasure_invariants
from tests.crash.evidence import Case, Evidence, SeenFile
from tests.crash.scene import Home, Scene, Staged

_JUDGED_BY = {
    "duplicate_file": EventKind.IMPORT_DUPLICATE,
    "retry_later": EventKind.IMPORT_POSTPONED,
    "rejected": EventKind.IMPORT_REFUSED,
    "ignored": EventKind.IMPORT_IGNORED,
}


def at_any_time(scene: Scene, home: Home, seen: Evidence, wanted: Evidence) -> list[str]:
    """Guarantees broken in what lies there now. `wanted`: where an undisturbed run arrives."""
    found = list(seen.problems)
    for version, file in home.files.items():
        known = seen.files.get(version, [])
        if version in seen.left:
            found += _still_there(home, version, file, known, seen)
        else:
            found += _gone(file, known, seen, wanted)
        found += _as_the_ledger_says(known, seen)
    found += _imports(seen)
    found += _right_people(scene, seen, wanted)
    found += erasure_invariants.at_any_time(scene, seen)
    registered = sum(event.found or 0 for event in seen.of(EventKind.STAGING_SEEN))
    if registered != sum(map(len, seen.files.values())):
        found.append("files registered without a ledger entry, or the reverse")
    return found


def after_rerun(
    scene: Scene, home: Home, seen: Evidence, wanted: Evidence, *, code: int
) -> list[str]:
    """Guarantees broken after the same command has run again and ended with exit `code`."""
    found = at_any_time(scene, home, seen, wanted)
    if code not in scene.fine:
        found.append(f"run again, it ends with {code}")
    if seen.leases:
        found.append("a lease is left")
    is_, should_be = snapshot(seen), snapshot(wanted)
    for name in (name for name in is_ if is_[name] != should_be[name]):
        told = f": {is_[name]} and not {should_be[name]}" if name in ("files", "to_dos") else ""
        found.append(f"not where it should be: {name}{told}")
    names = {file.name for file in home.files.values()}
    found += ["a file of ours is left in the folder" for n in seen.left.values() if n not in names]
    for known in seen.files.values():
        for file in known:
            for kind in (EventKind.DELETION_DONE, EventKind.FILE_NEVER_IMPORTED):
                if len(seen.of(kind, ref=file.ref)) > 1:
                    found.append(f"{kind} twice for one file")
    found += erasure_invariants.after_rerun(scene, seen)
    found += ["bytes of an erased person are left" for gone in scene.gone if _lies_in(home, gone)]
    return found


def snapshot(seen: Evidence) -> dict[str, Any]:
    """All that must be the same however often a run was stopped."""
    return {
        "people": seen.people,
        "cases": seen.cases,
        "register": seen.register,
        "imports": {
            sha: [(one.state, one.open_cases, one.counts) for one in all_of_them]
            for sha, all_of_them in seen.imports.items()
        },
        "files": Counter(
            (file.state, file.outcome, file.reason, file.sha256)
            for known in seen.files.values()
            for file in known
        ),
        "folder": sorted(seen.left.values()),
        "to_dos": Counter((kind, number) for kind, _, number in seen.to_dos),
    }


def _still_there(
    home: Home, version: str, file: Staged, known: list[SeenFile], seen: Evidence
) -> list[str]:
    found = []
    if (home.staging / seen.left[version]).read_bytes() != file.data:
        found.append("a staged file was changed")
    if any(seen.of(EventKind.DELETION_DONE, ref=k.ref) for k in known):
        found.append("deletion.done while the bytes still lie there")
    return found


def _gone(file: Staged, known: list[SeenFile], seen: Evidence, wanted: Evidence) -> list[str]:
    refs = [k.ref for k in known]
    told = (EventKind.DELETION_INTENDED, EventKind.DELETION_DONE)
    found = []
    if not any(seen.of(*told, ref=ref) for ref in refs):
        found.append("deleted without its ledger entry")
    if file.sha256 in seen.imports:
        for key in cases_of(file, wanted):
            if seen.register.get(key) != wanted.register[key]:
                found.append("deleted before its cases were verified in the case system")
                break
    else:
        if not any(seen.of(EventKind.FILE_NEVER_IMPORTED, ref=ref) for ref in refs):
            found.append("deleted, never imported, and nobody was told")
        if not any(("export_again", ref, 1) in seen.to_dos for ref in refs):
            found.append("deleted, never imported, and nobody has it to do")
    return found


def cases_of(file: Staged, wanted: Evidence) -> list[Case]:
    """The cases of a file, by what was written into it and not by what the records say."""
    numbers = {case for case, _ in file.cases}
    return [key for key in wanted.register if key[0] in numbers]


def _as_the_ledger_says(known: list[SeenFile], seen: Evidence) -> list[str]:
    """Neither an effect without its event nor an event without its effect."""
    found = []
    for file in known:
        if file.state in ("removed", "replaced"):
            found.append("our own deletion was taken for somebody else's")
        judged_by = _JUDGED_BY.get(file.outcome or "")
        if judged_by and not seen.of(judged_by, ref=file.ref):
            found.append(f"judged {file.outcome} without a ledger entry")
        intended = bool(seen.of(EventKind.DELETION_INTENDED, ref=file.ref))
        done = bool(seen.of(EventKind.DELETION_DONE, ref=file.ref))
        if intended != (file.state in ("deleting", "deleted")):
            found.append("intent and ledger disagree")
        if done != (file.state == "deleted"):
            found.append("deletion and ledger disagree")
    return found


def _imports(seen: Evidence) -> list[str]:
    found = []
    stored = Counter(event.facts["sha256"] for event in seen.of(EventKind.IMPORT_STORED))
    if stored != Counter({sha: len(all_of_them) for sha, all_of_them in seen.imports.items()}):
        found.append("imports and ledger disagree")
    for all_of_them in seen.imports.values():
        if len(all_of_them) > 1:
            found.append("the same bytes imported twice")
        for one in all_of_them:
            done = bool(seen.of(EventKind.HANDOVER_DONE, ref=one.ref))
            if done != (one.state == "verified") or (done and one.open_cases):
                found.append("hand-over and ledger disagree")
    return found


def _right_people(scene: Scene, seen: Evidence, wanted: Evidence) -> list[str]:
    """Nobody and nothing but what was handed in, each case with the person whose it is."""
    found = []
    before = set(scene.approved.cases) if scene.approved else set()
    for key, (number, _, _) in seen.cases.items():
        if key not in wanted.cases:
            if key not in before:
                found.append("a case that nobody handed in")
        elif number is not None and wanted.cases[key][0] not in (number, None):
            found.append("a case of the wrong person")
    if any(key not in wanted.register for key in seen.register if key not in before):
        found.append("a case in the register that nobody handed in")
    return found


def _lies_in(home: Home, needle: bytes) -> bool:
    files = [path for path in home.path.rglob("*") if path.is_file()]
    return any(needle in path.read_bytes() for path in files)
