"""The real feeds of the gold set, unpacked once; skipped loudly where they are not at hand."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


@pytest.fixture(scope="session")
def real_feeds(tmp_path_factory) -> dict[str, list[Path]]:
    """Each feed's snapshots, oldest first."""
    packed = SHARED / "gold" / "feeds" / "dev_snapshots.tar.zst"
    if not packed.exists():
        pytest.skip(f"the real feeds are not beside the checkout: no {packed}")
    folder = tmp_path_factory.mktemp("feeds")
    _unpack(packed, folder)
    found = {path.name: sorted(path.glob("*.xml")) for path in sorted(folder.rglob("*")) if path.is_dir()}
    return {name: files for name, files in found.items() if files}


@pytest.fixture(scope="session")
def at_length() -> bool:
    """True if the environment asks for the long tests, with ``HYPOTHESIS_PROFILE=fuzz``."""
    return os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"


@pytest.fixture(scope="session")
def replayed_feeds(real_feeds, at_length) -> dict[str, list[Path]]:
    """The days that are replayed: every third and all that are not well formed; all of them at length."""
    if at_length:
        return real_feeds
    return {
        name: [path for day, path in enumerate(files) if day % 3 == 0 or not _is_well_formed(path)]
        for name, files in real_feeds.items()
    }


def _is_well_formed(path: Path) -> bool:
    try:
        etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _unpack(packed: Path, folder: Path) -> None:
    if shutil.which("zstd") and shutil.which("tar"):
        plain = folder / "feeds.tar"
        subprocess.run(["zstd", "-dqf", packed, "-o", plain], check=True)
        subprocess.run(["tar", "-xf", plain, "-C", folder], check=True)
        plain.unlink()
        return
    import tarfile

    zstd = pytest.importorskip(
        "backports.zstd", reason="neither the zstd program nor backports.zstd is installed"
    )
    with zstd.open(packed) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        tar.extractall(folder, filter="data")
