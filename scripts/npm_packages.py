"""Packages of the npm registry, taken by name and version and only if they are the recorded ones, byte for byte."""

import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pin:
    """One version of a package, and the digest of its tarball."""

    name: str
    version: str
    licence: str
    sha256: str

    def told(self) -> dict[str, str]:
        """Return what a manifest says of it."""
        return {
            "package": self.name,
            "version": self.version,
            "licence": self.licence,
            "tarball_sha256": self.sha256,
        }


ESBUILD_VERSION = "0.28.2"
BUNDLER = Pin(
    name="@esbuild/linux-x64",
    version=ESBUILD_VERSION,
    licence="MIT",
    sha256="9573bb2233aab0f9ea7647d5cca9726113cc1768de61d66b17267f4db84488f6",
)
BUNDLERS = {
    "x86_64": BUNDLER,
    "aarch64": Pin(
        name="@esbuild/linux-arm64",
        version=ESBUILD_VERSION,
        licence="MIT",
        sha256="a96dbfa41d3ef5dbd1ef22b1c10d5187be9267e86093a870f06402a7ec931596",
    ),
}
"""One program for each kind of machine; they write the same bytes."""


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(pin: Pin, room: Path) -> Path:
    """Pack, check and unpack one package; returns the folder with its members."""
    packs = room / "packs" / pin.name.replace("/", "-").lstrip("@")
    packs.mkdir(parents=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed; scripts/install-tools join installs it")
    spec = f"{pin.name}@{pin.version}"
    command = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(packs), spec]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (tarball,) = packs.glob("*.tgz")
    found = sha256_of(tarball)
    if found != pin.sha256:
        sys.exit(f"{spec} has sha256 {found}, recorded is {pin.sha256}")
    shutil.unpack_archive(tarball, packs)
    return packs / "package"


def esbuild() -> Path:
    """Return esbuild for this machine, which is fetched once and lies in the project's environment from then on."""
    pin = BUNDLERS.get(platform.machine())
    if pin is None:
        sys.exit(f"no esbuild is recorded for a machine of the kind {platform.machine()}")
    tool = Path(sys.prefix) / "bin" / f"esbuild-{pin.version}"
    if not tool.exists():
        with tempfile.TemporaryDirectory(dir=tool.parent) as room:
            fetched = fetch(pin, Path(room)) / "bin" / "esbuild"
            fetched.chmod(0o755)
            fetched.replace(tool)
    return tool
