"""The tutorial, done as it is written: its script and its commands, against a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.collect.serving import free_port
from tests.demo.seeding import whole

HERE = Path(__file__).resolve().parent.parent
TUTORIAL = (HERE / "docs" / "tutorial.md").read_text()
PATIENCE = 60.0  # seconds
INSTANT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?")
SHOWN = re.compile(r"<time [^>]*>[^<]*</time>")
"""An instant on a page, in the reader’s zone."""

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody with a browser without script, and a terminal in the folder of the clone."""

    folder: Path
    home: Path
    url: str
    cookies: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def page(self, path: str) -> str:
        with self.browser.open(f"{self.url}{path}", timeout=30) as answer:
            return unescape(answer.read().decode())

    def post(self, path: str, **said: str) -> str:
        token = next(cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken")
        data = urlencode({"csrfmiddlewaretoken": token, **said}).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, {"Referer": self.url})
        with self.browser.open(request, timeout=30) as answer:
            return unescape(answer.read().decode())

    def run(self, commands: str) -> str:
        """What a block of commands prints."""
        printed = ""
        for line in commands.splitlines():
            told = subprocess.run(
                ["sh", "-c", line.removeprefix("$ ")],
                cwd=self.folder,
                env={**os.environ, "ALOFT_HOME": str(self.home), "ALOFT_URL": self.url, "COLUMNS": "200"},
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert told.returncode == 0, f"{line}\n{told.stdout}{told.stderr}"
            printed += told.stdout
        return printed


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    if os.environ.get("ALOFT_DATABASE"):
        pytest.skip("the tutorial begins with the demo, which keeps its records in a file")
    folder, port = tmp_path_factory.mktemp("clone"), free_port()
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "docs").symlink_to(HERE / "docs")
    home = folder / ".aloft"
    shutil.copytree(whole().home, home)
    command = [f"{sys.prefix}/bin/aloft", "demo", "--port", str(port), "--no-open"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            env={**os.environ, "ALOFT_HOME": str(home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            someone = Reader(folder, home, f"http://127.0.0.1:{port}")
            eventually(lambda: answers(server, someone))
            yield someone
        finally:
            stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """By its group; it stops the processes that it started, which have groups of their own."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
    server.wait(PATIENCE)


def answers(server: subprocess.Popen[bytes], reader: Reader) -> bool:
    assert server.poll() is None, "the server did not come up"
    try:
        return bool(reader.page("/healthz"))
    except OSError:
        return False


def eventually(seen: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


def moment_of(page: str, ticket: str) -> str:
    """The id of the moment on a page that a ticket opened; empty where there is none."""
    for part in page.split('id="moment-')[1:]:
        if ticket in part.partition("</details>")[0]:
            return part.partition('"')[0]
    return ""


def test_the_tutorial_works_as_it_is_written(reader: Reader) -> None:
    (script,) = blocks("python")
    send, why, why_again, copy, publish, why_not = blocks("console")
    come_in_as_cora(reader)
    sends(reader, script, send)
    moment = moment_of(reader.page("/"), "T-4711")
    asks_why(reader, why, moment)
    acts(reader, moment)
    ends_well(reader.run(why_again))
    changes_the_rule(reader, copy, publish)
    sends_by_the_new_rule(reader, script, send, why_not)


def come_in_as_cora(reader: Reader) -> None:
    assert "Cora Jensen" in reader.page("/sign-in/")
    day = reader.post("/sign-in/as/cora")
    assert "Cora Jensen" in day
    assert moment_of(day, "T-4711") == ""


def sends(reader: Reader, script: str, commands: str) -> None:
    (reader.folder / "ticket.py").write_text(script)
    assert reader.run(commands) == ""
    eventually(lambda: moment_of(reader.page("/"), "T-4711"))


def asks_why(reader: Reader, commands: str, moment: str) -> None:
    """The terminal says what the tutorial prints, and the page says the same sentence."""
    printed = reader.run(commands).splitlines()
    (promised,) = blocks("text")
    for line in promised.splitlines():
        assert INSTANT.sub("AT", line) in [INSTANT.sub("AT", found) for found in printed]
    headline = next(line for line in printed if "T-4711" in line)
    assert INSTANT.sub("AT", headline) in SHOWN.sub("AT", reader.page(f"/moments/{moment}/"))


def acts(reader: Reader, moment: str) -> None:
    page = reader.page(f"/moments/{moment}/")
    assert "Start the call" in page
    assert "Why this opened" in reader.page("/")
    reader.post(f"/moments/{moment}/start")
    reader.post(f"/moments/{moment}/record", fact="contacted")
    eventually(lambda: not moment_of(reader.page("/"), "T-4711"))


def ends_well(printed: str) -> None:
    first, second = printed.strip().split("\n\n")
    assert re.findall(r"UTC  (\w+)", first) == ["opened", "started", "met"]
    assert second.startswith("“Urgent ticket” is not open")


def changes_the_rule(reader: Reader, copy: str, publish: str) -> None:
    reader.run(copy)
    model = reader.folder / "my-model.yaml"
    (diff,) = blocks("diff")
    lines = diff.splitlines()
    old, new = (
        "".join(f"{line[1:]}\n" for line in lines if line[0] in kept) for kept in ((" ", "-"), (" ", "+"))
    )
    document = model.read_text()
    assert document.count(old) == 1
    model.write_text(document.replace(old, new))
    assert "northwind, version 2, is live from" in reader.run(publish)


def sends_by_the_new_rule(reader: Reader, script: str, send: str, why_not: str) -> None:
    normal = script.replace('"urgent"', '"normal"')
    (reader.folder / "ticket.py").write_text(
        normal.replace("T-4711", "T-4713").replace("pendle-textiles", "thistle-rye")
    )
    reader.run(send)
    (reader.folder / "ticket.py").write_text(normal.replace("T-4711", "T-4712"))
    reader.run(send)
    eventually(lambda: moment_of(reader.page("/"), "T-4712"))
    assert moment_of(reader.page("/"), "T-4713") == ""
    assert "“Urgent ticket” is not open: low touch, as tier_2" in reader.run(why_not)
