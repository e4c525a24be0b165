"""Which picture shows what is not so any more, and by which file: `make pictures-check`.

Beside the pictures lies `made-from.json`: for each one its own digest, and the digest of every
file that decides what it shows, as they were when it was taken.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MANIFEST = HERE / "made-from.json"
WORDS = ("flows/pages.py", "tasks/reporting/headings.py", "tasks/reporting/sentences.py")
"""What every page of ours is written with."""
SHOWS: dict[str, tuple[str, ...]] = {
    "make-run.svg": ("flows/once.py",),
    "prefect-deployments.png": ("prefect.yaml",),
    "prefect-today.png": (*WORDS, "tasks/reporting/today_page.py"),
    "prefect-import.png": (*WORDS, "flows/import_af.py"),
    "prefect-rows.png": (*WORDS, "flows/import_af.py"),
    "prefect-failed.png": (*WORDS, "flows/failed_page.py", "tasks/remedies/swedish/steps.py"),
    "prefect-form.png": ("flows/approval_form.py", "flows/plan_pages.py"),
    "prefect-plan.png": (*WORDS, "flows/plan_pages.py", "flows/weeding.py"),
    "prefect-ledger.png": (*WORDS, "flows/verify_ledger.py"),
}
"""Each picture, and the files that decide what stands in it."""


def note(picture: Path, manifest: Path = MANIFEST) -> None:
    """Write down what a picture that was just taken was made from."""
    known = _known(manifest)
    known[picture.name] = {
        "picture": _digest(picture),
        "prefect": version("prefect"),
        **{name: _digest(ROOT / name) for name in SHOWS[picture.name]},
    }
    text = json.dumps(known, indent=2, sort_keys=True)
    manifest.write_text(f"{text}\n", encoding="utf-8")


def stale(manifest: Path = MANIFEST, pictures: Path = HERE) -> list[str]:
    """A line for each picture that was taken before something it shows was changed."""
    known = _known(manifest)
    found = []
    for name, sources in SHOWS.items():
        made = known.get(name)
        if made is None or not (pictures / name).is_file():
            found.append(f"{name}: never taken")
            continue
        now = {source: _digest(ROOT / source) for source in sources}
        now |= {"picture": _digest(pictures / name), "prefect": version("prefect")}
        found += [f"{name}: {each}" for each in sorted(now) if made.get(each) != now[each]]
    return found


def _known(manifest: Path) -> dict[str, dict[str, str]]:
    if not manifest.is_file():
        return {}
    known: dict[str, dict[str, str]] = json.loads(manifest.read_text(encoding="utf-8"))
    return known


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else "gone"


if __name__ == "__main__":
    lines = stale()
    sys.stdout.writelines(f"{line}\n" for line in lines or ["Every picture shows what is so."])
    sys.exit(1 if lines else 0)
