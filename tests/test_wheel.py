"""A wheel, installed where nothing of the checkout is seen, runs without a network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
NOWHERE = {
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    "no_proxy": "127.0.0.1",
}
UNSHARES = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(HERE)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a venv that sees what Aloft depends on, but not the checkout."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    scheme = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    Path(scheme["purelib"], "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    pip = sys.executable if importlib.util.find_spec("pip") else sys._base_executable  # type: ignore[attr-defined]
    command = [
        pip,
        "-m",
        "pip",
        "--python",
        str(folder / "bin" / "python"),
        "install",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return folder / "bin"


def surroundings(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "DJANGO", "ALOFT"))
    }
    return {**kept, **NOWHERE, "ALOFT_HOME": str(home)}


def closed_network() -> list[str]:
    """What to put before a command, so that it sees no network; nothing where that is not allowed."""
    for prefix in UNSHARES:
        try:
            subprocess.run([*prefix, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return prefix
    return []


def run(command: list[str | Path], home: Path) -> str:
    told = subprocess.run(
        command, cwd=home, env=surroundings(home), capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_it_holds_every_file_of_the_package(wheel: Path) -> None:
    files = (
        path for path in (HERE / "aloft").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    named = {str(path.relative_to(HERE)) for path in files}
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {"aloft/ui/templates/base.html", "aloft/ui/static/aloft/tokens.css"} <= named
    assert named <= held
    licences = {name.rpartition("/")[2] for name in held if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}


def test_the_package_is_that_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    told = run([installed / "python", "-c", "import aloft; print(aloft.__file__)"], tmp_path)
    assert Path(told.strip()).is_relative_to(installed.parent)


def test_it_validates_the_example(installed: Path, tmp_path: Path) -> None:
    model = HERE / "docs" / "examples" / "first-model.yaml"
    told = run([*closed_network(), installed / "aloft", "validate", model], tmp_path)
    assert told.endswith("2 phases, 3 segments, 6 moments: nothing to mend.\n")


def test_it_serves_pages(installed: Path, tmp_path: Path) -> None:
    paths = ["/sign-in/", "/static/aloft/tokens.css", "/nowhere"]
    alone = [installed / "python", HERE / "tests" / "alone.py", installed / "aloft", *paths]
    told = run([*closed_network(), *alone], tmp_path)
    assert told == "/sign-in/ 200\n/static/aloft/tokens.css 200\n/nowhere 404\n"
