"""Models that change while a real process serves: SIGHUP, and `rerank-sidecar models`."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sidecar.access.api_key import digest_of
from sidecar.access.key_file import KeyEntry
from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.runs import Run, now
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask
from tests.tiny_models import spoil, tiny_model


@dataclass(frozen=True)
class Running:
    """A service with a settings file, an admin key and the model `one`."""

    process: SidecarProcess
    folder: Path

    def write_models(self, *models: str) -> None:
        """`NAME=FOLDER` each."""
        lines = [f"{name}={self.folder / path}" for name, _, path in map(split, models)]
        (self.folder / "settings.toml").write_text(f"model = {json.dumps(lines)}\n")

    def hang_up(self) -> None:
        os.kill(self.process.pid, signal.SIGHUP)

    def names(self) -> list[str]:
        return [model["id"] for model in ask(self.process, "/v1/models").body["data"]]

    def events(self, kind: str) -> list[dict[str, object]]:
        lines = (self.folder / "log").read_text().splitlines()
        return [event for line in lines if (event := json.loads(line))["event"] == kind]

    def command(self, *arguments: str, key: str = "admin-key") -> list[str]:
        """The lines of a command that ends well. Raises StartupError."""
        runner = CliRunner(env={"RERANK_ADMIN_KEY": key})
        result = runner.invoke(app, ["models", *arguments, "--url", self.process.url])
        if result.exception is not None:
            raise result.exception
        return result.stdout.splitlines()


def split(model: str) -> tuple[str, str, str]:
    return model.partition("=")


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("changing")
    for seed, name in enumerate(("one", "two", "bad")):
        tiny_model(folder / name, seed, name=name)
    spoil(folder / "bad")
    entry = KeyEntry.of(digest_of(b"admin-key"), name="ops", scopes={"admin"})
    (folder / "keys.toml").write_text(entry.toml())
    settings = {
        "config": folder / "settings.toml",
        "api_keys_file": folder / "keys.toml",
        "models_dir": folder,
    }
    process = SidecarProcess(settings, log=folder / "log")
    running = Running(process, folder)
    running.write_models("one=one")
    with process:
        yield running


def test_sighup_makes_the_models_those_of_the_settings_file(running: Running) -> None:
    running.write_models("two=two", "one=one")
    running.hang_up()
    wait_for(lambda: running.events("models reloaded") != [])
    assert running.names() == ["two", "one"]
    (reloaded,) = running.events("models reloaded")
    assert (reloaded["default"], reloaded["added"], reloaded["removed"]) == ("two", ["two"], [])

    with (running.folder / "settings.toml").open("a") as file:
        file.write("max_documents = 7\n")
    running.hang_up()
    wait_for(lambda: running.events("settings changed that need a restart"))
    (warned,) = running.events("settings changed that need a restart")
    assert warned["settings"] == ["max_documents"]

    running.write_models("one=one", "bad=bad")
    running.hang_up()
    wait_for(lambda: running.events("model change"))
    (failed,) = running.events("model change")
    assert "canonical pair 0" in str(failed["fault"])
    (running.folder / "settings.toml").write_text("model = [")
    running.hang_up()
    wait_for(lambda: running.events("models not reloaded"))
    assert running.names() == ["two", "one"], "what fails changes nothing"

    running.write_models("one=one")
    running.hang_up()
    wait_for(lambda: running.names() == ["one"])


def test_the_command_lists_loads_and_unloads(running: Running) -> None:
    wait_for(lambda: running.names() == ["one"])
    (line,) = running.command("list")
    assert line.split()[:2] == ["one", "live"]
    assert line.endswith("default")
    (loaded,) = running.command("load", "acme/new", "two")
    assert loaded.startswith("acme/new serves with score revision ")
    assert running.names() == ["one", "acme/new"]
    with pytest.raises(StartupError, match=r"canonical pair 0.*goes on.*status 422"):
        running.command("load", "acme/new", "bad")
    assert running.command("unload", "acme/new") == ["acme/new is unloaded"]
    with pytest.raises(StartupError, match="default model"):
        running.command("unload", "one")
    with pytest.raises(StartupError, match="status 401"):
        running.command("list", key="wrong")
    assert running.names() == ["one"]
    assert {event["key"] for event in running.events("admin")} == {"ops"}


def test_a_folder_that_changed_in_its_place_is_read_again_by_sighup(running: Running) -> None:
    wait_for(lambda: running.names() == ["one"])
    revision = ask(running.process, "/info").body["score_revision"]
    before = len(running.events("models reloaded"))
    one = running.folder / "one"
    one.rename(running.folder / "was")
    shutil.copytree(running.folder / "two", one)
    running.hang_up()
    wait_for(lambda: len(running.events("models reloaded")) > before)
    assert ask(running.process, "/info").body["score_revision"] != revision
    assert running.events("models reloaded")[-1]["swapped"] == ["one"]


def test_sighup_reads_the_judgements_of_the_settings_again(running: Running) -> None:
    file = running.folder / "judgements.jsonl"
    file.write_text('{"query": "a", "document_id": "1", "grade": 1}\n')
    settings = running.folder / "settings.toml"
    settings.write_text(f"{settings.read_text()}judgements = {json.dumps(str(file))}\n")
    running.hang_up()
    wait_for(lambda: running.events("judgements"))
    assert [event["queries"] for event in running.events("judgements")] == [1]
    file.write_text("no judgements\n")
    running.hang_up()
    wait_for(lambda: running.events("judgements not reloaded"))
    (failed,) = running.events("judgements not reloaded")
    assert "judgements convert" in str(failed["fault"])


def served_from(running: Running, name: str) -> str:
    """The folder of the model of that name, below the others; "" where there is none."""
    lines = [line.split() for line in running.command("list")]
    return next((str(Path(line[3]).name) for line in lines if line[0] == name), "")


def test_a_name_that_learns_is_promoted_and_rolled_back(running: Running) -> None:
    wait_for(lambda: running.names() == ["one"])
    home = Home(running.folder, "shop")
    with home.locked(begin=True) as ledger:
        for number, verdict in ((0, "start"), (1, "accepted")):
            tiny_model(home.folder(number), 7 + number, name=f"shop-{number}")
            ledger.add(Run(run=number, at=now(), verdict=verdict))
        home.point_to(0)
        ledger.serve(0, "learned")

    def learn(*arguments: str) -> None:
        given = ["learn", *arguments, "--models-dir", str(running.folder)]
        result = CliRunner(env={"RERANK_ADMIN_KEY": "admin-key"}).invoke(app, given)
        if result.exception is not None:
            raise result.exception

    service = ("--admin-url", running.process.url)
    learn("promote", "shop", "1", *service)
    assert (served_from(running, "shop"), home.serving()) == ("1", 1)
    learn("roll-back", "shop", *service)
    assert (served_from(running, "shop"), home.serving()) == ("0", 0)
    spoil(home.folder(1))
    with pytest.raises(StartupError, match="canonical pair 0"):
        learn("promote", "shop", "1", *service)
    assert (served_from(running, "shop"), home.serving()) == ("0", 0), "neither has moved"

    shutil.rmtree(home.folder(1))
    tiny_model(home.folder(1), 8, name="shop-1")
    running.write_models("one=one", "shop=shop")
    running.hang_up()
    wait_for(lambda: served_from(running, "shop") == "shop")
    learn("promote", "shop", "1")
    before = len(running.events("models reloaded"))
    running.hang_up()
    wait_for(lambda: len(running.events("models reloaded")) > before)
    assert running.events("models reloaded")[-1]["swapped"] == ["shop"]
    running.write_models("one=one")
    running.hang_up()
    wait_for(lambda: running.names() == ["one"])
