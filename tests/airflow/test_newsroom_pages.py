"""The newsroom pages in a real API server with a login, seen by a real browser.

``DATELINE_PICTURES=docs`` writes the README's pictures there from a larger world.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import empty_database
from tests.plugins.browser import CHROMIUM, DESKTOP, PHONE, chromium
from tests.plugins.world import HOURS_BEFORE, filled

ROOT = Path(__file__).resolve().parents[2]
PICTURES = os.environ.get("DATELINE_PICTURES")
PASSWORDS = {"chief": "quay-lamp", "guest": "tide-ledger"}
START = """
import os, sys
sys.path.insert(0, "deploy")
from pathlib import Path
from airflow_home import enter, environment, prepare
home = Path(sys.argv[1])
enter(environment(home, home / "dags"))
prepare(home)
os.execv(sys.executable, [sys.executable, "-m", "airflow", "api-server", "--port", sys.argv[2], "--workers", "1"])
"""

pytestmark = pytest.mark.airflow
browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")


class Site:
    """An API server, and requests to it."""

    def __init__(self, port, engine):
        self.url, self.engine, self.tokens = f"http://127.0.0.1:{port}", engine, {}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)

    def ask(self, path, user=None, form=None, headers=()):
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.url + path, data, dict(headers))
        if user:
            request.add_header("Authorization", f"Bearer {self.tokens[user]}")
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sign_in(self, user):
        body = json.dumps({"username": user, "password": PASSWORDS[user]}).encode()
        request = urllib.request.Request(f"{self.url}/auth/token", body, {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=60) as answer:
            self.tokens[user] = json.load(answer)["access_token"]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture(scope="module")
def site(warehouse_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("newsroom")
    now = datetime.now(UTC).replace(microsecond=0)
    with empty_database(warehouse_server) as url:
        size = {"stories": 420, "polls": HOURS_BEFORE} if PICTURES else {"stories": 60, "polls": (20, 1)}
        run = filled(url, folder, now, **size)
        process, port = _start(folder, url)
        try:
            found = Site(port, run.engine)
            _await(found, process, folder)
            for user in PASSWORDS:
                found.sign_in(user)
            yield found
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            run.close()


def _start(folder, warehouse_url):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "dags").mkdir()
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps(PASSWORDS))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATELINE_"))
    }
    environment = kept | {
        "DATELINE_DATA_DIR": str(folder),
        "DATELINE_WAREHOUSE_URL": warehouse_url,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "chief:admin,guest:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
    }
    with (folder / "api-server.log").open("w") as log:
        command = [sys.executable, "-c", START, str(folder), str(port)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    return process, port


def _await(site, process, folder):
    end = time.monotonic() + 120
    while True:
        assert process.poll() is None, (folder / "api-server.log").read_text()[-3000:]
        assert time.monotonic() < end, (folder / "api-server.log").read_text()[-3000:]
        try:
            if site.ask("/api/v2/version")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)


def _one(site, sql):
    with site.engine.connect() as connection:
        return connection.exec_driver_sql(sql + " limit 1").one()


def test_no_page_without_a_login_and_no_retry_without_the_right(site):
    (story,), (feed,) = (
        _one(site, "select story_id from news.article"),
        _one(site, "select feed_id from news.feed"),
    )
    for path in (
        "/",
        "/feeds",
        f"/feeds/{feed}",
        "/alarms",
        "/stories",
        f"/stories/{story}",
        "/ledger",
        "/history",
    ):
        assert site.ask(f"/newsroom{path}")[0] == 401, path
        status, text = site.ask(f"/newsroom{path}", "guest")
        assert (status, "<h1" in text) == (200, True), path
    entry = _one(site, "select feed_id, entry_key from ops.ledger where state = 'rejected'")
    form = {"before": datetime.now(UTC).isoformat(), "feed_id": entry[0], "entry_key": entry[1]}
    assert site.ask("/newsroom/ledger/retry", form=form)[0] == 401
    assert site.ask("/newsroom/ledger/retry", "guest", form)[0] == 403
    assert site.ask("/newsroom/ledger/retry", "chief", form, {"Origin": "https://evil.example"})[0] == 403
    assert site.ask("/newsroom/ledger/retry", "chief", form)[0] == 303
    assert _one(
        site, f"select state from ops.ledger where feed_id = '{entry[0]}' and entry_key = '{entry[1]}'"
    ) == ("discovered",)


def test_airflow_lists_the_plugin_and_every_file_of_it_loads(site):
    status, text = site.ask("/api/v2/plugins", "chief")
    assert status == 200
    (plugin,) = [one for one in json.loads(text)["plugins"] if one["name"] == "dateline_newsroom"]
    (view,) = plugin["external_views"]
    assert (view["name"], view["destination"], view["href"]) == ("Newsroom", "nav", "newsroom/")
    assert json.loads(site.ask("/api/v2/plugins/importErrors", "chief")[1])["import_errors"] == []


def _signed_in(page, site):
    page.send_cookie(site.url, "_token", site.tokens["chief"])


@browser
def test_it_reads_well_on_phone_and_desktop_in_light_and_dark(site, tmp_path):
    (story,) = _one(site, "select story_id from news.story_cluster where story_id <> cluster_id")
    (feed,) = _one(site, "select feed_id from ops.feed_state where last_reason is not null")
    pages = {
        "overview": "/",
        "feeds": "/feeds",
        "feed": f"/feeds/{feed}",
        "alarms": "/alarms",
        "stories": "/stories",
        "story": f"/stories/{story}",
        "ledger": "/ledger",
        "history": "/history",
    }
    with chromium() as page:
        _signed_in(page, site)
        for name, path in pages.items():
            for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
                backs = []
                for scheme in ("light", "dark"):
                    page.look(size, scheme, mobile=device == "phone")
                    page.open(f"{site.url}/newsroom{path}")
                    page.picture(tmp_path / f"{name}-{device}-{scheme}.png")
                    assert page.run("document.documentElement.scrollWidth") <= size[0], (name, device)
                    assert page.run(FAINT) == [], (name, device, scheme)
                    backs.append(page.run("getComputedStyle(document.documentElement).backgroundColor"))
                assert backs[0] != backs[1]
        assert page.errors == []
        assert [url for url in page.requests if not url.startswith((site.url, "data:"))] == []


@browser
def test_stories_arrive_while_one_looks_and_the_keyboard_suffices(site):
    with chromium() as page:
        _signed_in(page, site)
        page.look()
        page.open(f"{site.url}/newsroom/stories")
        page.press("Tab")
        assert page.run("document.activeElement.className") == "skip"
        page.press("Enter")
        assert page.run("location.hash") == "#main"
        first = page.run("document.querySelector('.stories li').id")
        newest = "update news.article set first_seen_at = now() where story_id = (select story_id from news.article order by first_seen_at limit 1) returning story_id"
        with site.engine.begin() as connection:
            moved = connection.exec_driver_sql(newest).scalar_one()
        assert first != f"s{moved}"
        page.until(lambda: page.run("document.querySelector('.stories li').id") == f"s{moved}", 30)
        assert page.run("document.querySelector('.stories li').classList.contains('fresh')")


@browser
def test_a_retry_by_its_button_within_airflow(site):
    with chromium() as page:
        _signed_in(page, site)
        page.look()
        page.open(f"{site.url}/plugin/newsroom")
        inner = "document.querySelector('iframe')?.contentDocument"
        page.until(lambda: page.run(f"!!{inner}?.querySelector('.tiles')"))
        page.until(lambda: page.run("!!document.querySelector('a[href$=\"/plugin/newsroom\"]')"))
        assert page.run(f"{inner}.documentElement.classList.contains('framed')")
        page.run(f"{inner}.querySelector('a[href$=\"/ledger\"]').click()")
        page.until(lambda: page.run(f"!!{inner}?.querySelector('form[action$=\"/retry\"] button')"))
        page.run(f"{inner}.querySelector('#rejected form button').click()")
        page.until(lambda: page.run(f"!!{inner}?.body?.textContent.includes('1 entry is pending again')"))
        assert [url for url in page.requests if not url.startswith((site.url, "data:", "blob:"))] == []


@browser
@pytest.mark.skipif(not PICTURES, reason="set DATELINE_PICTURES=docs to draw the README's pictures")
def test_pictures(site):
    folder = ROOT / PICTURES
    (story,) = _one(
        site,
        "select v.story_id from news.article_change c join news.article_version v using (version_id) "
        "join news.article a using (story_id) left join news.article_dateline d using (story_id) "
        "order by c.field = 'body' desc, d.raw is null, a.language like 'en%%' desc, v.story_id",
    )
    shots = (
        ("overview", "/plugin/newsroom", (1280, 1190), "light"),
        ("stories", "/newsroom/stories?live=false", (1280, 860), "dark"),
        ("story", f"/newsroom/stories/{story}", (1280, 1100), "light"),
        ("feeds", "/newsroom/feeds", (1280, 860), "light"),
        ("ledger", "/newsroom/ledger", (1280, 860), "dark"),
        ("phone", "/newsroom/", PHONE, "dark"),
    )
    with chromium() as page:
        _signed_in(page, site)
        for name, path, size, scheme in shots:
            page.look(size, scheme, mobile=size == PHONE)
            page.open(site.url + path)
            page.until(lambda: page.run(SHOWN))
            page.picture(folder / f"newsroom-{name}.png")


SHOWN = "!!(document.querySelector('iframe')?.contentDocument ?? document).querySelector('main h1')"
"""True once our page is there, in Airflow's frame or alone."""
FAINT = """[...document.querySelectorAll('body *')].filter(one => one.childNodes.length &&
  [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) && one.getClientRects().length &&
  !one.closest('svg, .skip, script, style, option')).flatMap(one => {
    const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
    let back = one
    while (back && /rgba\\(.*, 0\\)/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement
    const pair = [light(getComputedStyle(one).color), light(getComputedStyle(back ?? document.documentElement).backgroundColor)].sort((a, b) => b - a)
    return (pair[0] + 0.05) / (pair[1] + 0.05) < 4.5 ? [`${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 30)}`] : []
  })"""
"""Texts with less contrast than WCAG 2.2 AA asks for (4.5 to 1)."""
