"""Somebody at the office sits at a browser: logs in, looks at pages, presses what is there."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
"""Debian's; another one where CHROMIUM says."""
PATIENCE = 240.0
"""Seconds for a run to get where it goes, on a slow machine under load."""
_BADGE = ".p-tag.state-badge"
_LOOPBACK = {"127.0.0.1", "localhost"}


class Sitting:
    """One browser window in Prefect's UI, what was on its pages, and whom it asked."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.asked: set[str] = set()
        """Every host that the browser sent anything to; empty for what never leaves the page."""
        self.read: list[str] = []
        """The text of every page that was looked at, with what stands in its fields."""
        page.on("request", lambda request: self._goes_to(request.url))
        page.on("websocket", lambda socket: self._goes_to(socket.url))
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)

    def log_in(self, password: str) -> None:
        """As a person does, with what lies in the state folder."""
        self.page.goto(self.address)
        self.page.locator("input[type=password]").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)
        self.look()

    def look(self) -> str:
        """The words of the page that is open."""
        fields = self.page.locator("input, textarea").evaluate_all("all => all.map(e => e.value)")
        text = "\n".join([self.page.inner_text("body"), *fields])
        self.read.append(text)
        return text

    def open_deployment(self, name: str) -> None:
        """Deployments → its name."""
        self.page.goto(f"{self.address}/deployments")
        self.page.get_by_placeholder("Search deployments").fill(name)
        found = self.page.get_by_role("link", name=name, exact=True)
        expect(self.page.get_by_text("1 Deployment", exact=True)).to_be_visible()
        found.click()
        self.page.wait_for_url(re.compile(r"/deployments/deployment/"))
        expect(self._button("Run")).to_be_visible()
        self.look()

    def schedule_every_minute(self) -> None:
        """+ Schedule → Cron: the UI proposes every minute."""
        self._button("Schedule").click()
        form = self._dialog("Add schedule")
        form.get_by_text("Cron", exact=True).click()
        expect(form).to_contain_text("Every minute every day")
        self._button("Save", form).click()
        expect(self._schedule()).to_be_visible()

    def delete_the_schedule(self) -> None:
        """⋮ → Delete, of the one that runs every minute."""
        self._schedule().get_by_role("button").last.click()
        self.page.get_by_text("Delete", exact=True).last.click()
        self._button("Delete", self._dialog("Delete")).click()
        expect(self._schedule()).to_have_count(0)

    def open_the_run_of_the_schedule(self) -> str:
        """The first run in the deployment's list that nobody started; its id."""
        run = self.page.locator(".flow-run-list-item, .p-list-item").filter(
            has=self.page.locator('a[href*="/runs/flow-run/"]', has_text=re.compile(r"\d\d:\d\d$")),
            has_text="auto-scheduled",
        )
        expect(run.first).to_be_visible(timeout=PATIENCE * 1000)
        link = run.first.locator('a[href*="/runs/flow-run/"]').first
        name = (link.get_attribute("href") or "").split("?")[0].rpartition("/")[2]
        link.click()
        return name

    def quick_run(self) -> str:
        """Run → Quick run → Run, and open what was started; its id."""
        self._button("Run").click()
        self.page.get_by_text("Quick run", exact=True).click()
        form = self._dialog("Run Deployment")
        with self.page.expect_response(lambda each: "/create_flow_run" in each.url) as told:
            self._button("Run", form).click()
        run = str(told.value.json()["id"])
        self.page.locator(f'a[href*="{run}"]').first.click()
        return run

    def open_run(self, run: str) -> None:
        """The run's own page."""
        self.page.goto(f"{self.address}/runs/flow-run/{run}")

    def until(self, *states: str) -> str:
        """The words of the run's page when its badge says one of these."""
        wanted = re.compile(rf"^\s*({'|'.join(states)})\s*$")
        expect(self.page.locator(_BADGE).first).to_have_text(wanted, timeout=PATIENCE * 1000)
        return self.look()

    def message(self) -> str:
        """What the run's log says at its end."""
        log = self.page.locator("body")
        expect(log).to_contain_text("Finished in state")
        return self.look()

    def open_artifacts(self) -> str:
        """The run's tab of pages."""
        self.page.get_by_role("tab", name="Artifacts").or_(
            self.page.get_by_text("Artifacts", exact=True)
        ).first.click()
        expect(self.page.locator('a[href*="/artifacts/artifact/"]').first).to_be_visible()
        return self.look()

    def open_artifact(self, key: str) -> str:
        """The page with this key, out of the run's tab: its words."""
        self.page.locator('a[href*="/artifacts/artifact/"]', has_text=key).first.click()
        self.page.wait_for_url(re.compile(r"/artifacts/artifact/"))
        expect(self.page.locator("table").first).to_be_visible()
        return self.look()

    def retry(self) -> None:
        """Retry → Retry."""
        self._button("Retry").click()
        with self.page.expect_response(lambda each: each.request.method == "POST"):
            self._button("Retry", self._dialog("Retry")).click()

    def form_that_says(self, run: str, *words: str) -> Locator:
        """The form of the run that waits, once these words stand in it."""
        end = time.monotonic() + PATIENCE
        while True:
            self.open_run(run)
            self.until("Suspended")
            self._button("Resume").click()
            form = self._dialog("Resume Flow Run")
            expect(self._button("Submit", form)).to_be_visible()
            expect(form).to_contain_text("hash")
            text = form.inner_text()
            self.look()
            if all(word in text for word in words):
                return form
            # Still the form that was answered a moment ago: the run has not begun again yet.
            assert time.monotonic() < end, text

    def fill(self, form: Locator, label: str, value: str) -> None:
        """Type into the field with this title."""
        self._field(form, label).locator("textarea, input").first.fill(value)

    def choose(self, form: Locator, label: str, value: str) -> None:
        """Pick from the list with this title, by the keyboard: a click's echo through the label
        closes Prefect's list again."""
        shown = self._field(form, label).locator(".p-select-button__control")
        shown.press("ArrowDown")
        self.page.get_by_role("option", name=value, exact=True).click()
        expect(shown).to_have_text(value)

    def submit(self, form: Locator) -> None:
        """Press Submit; the server has taken the answer when this returns."""
        self.look()
        with self.page.expect_response(lambda each: each.url.endswith("/resume")) as told:
            self._button("Submit", form).click()
        assert told.value.json()["status"] == "ACCEPT", told.value.json()["status"]

    def _goes_to(self, url: str) -> None:
        self.asked.add(urlsplit(url).hostname or "")

    def _button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True).first

    def _dialog(self, about: str) -> Locator:
        return self.page.get_by_role("dialog").filter(has_text=about).last

    def _schedule(self) -> Locator:
        cards = self.page.locator(".deployment-schedule-card")
        return cards.filter(has_text="Every minute every day")

    @staticmethod
    def _field(form: Locator, label: str) -> Locator:
        return form.locator(".p-label").filter(has_text=label).last

    @property
    def asked_elsewhere(self) -> set[str]:
        """Hosts that are not this machine."""
        return self.asked - _LOOPBACK - {""}


@contextmanager
def sitting(address: str, home: Path, *, width: int = 1360, height: int = 900) -> Iterator[Sitting]:
    """A browser with a fresh profile, logged in at the house of `home`."""
    password = (home / "prefect" / "auth").read_text(encoding="ascii").strip()
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        try:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                locale="sv-SE",
                timezone_id="Europe/Stockholm",
            )
            seat = Sitting(page, address)
            seat.log_in(password)
            yield seat
        finally:
            browser.close()
