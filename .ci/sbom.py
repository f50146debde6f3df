"""A CycloneDX 1.6 bill of materials of both ecosystems, from the locks alone: the same bytes from the same locks.

    python .ci/sbom.py [FILE]            default: dist/plimsoll.cdx.json

Each Python distribution lists the locks that hold it; `verify` and `demo` are what a user of Plimsoll runs. Which of
them requires which is not in the locks, and so not in the bill.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any

from licences import RUNTIME, Review
from locked import ROOT, Locked, crates, python_packages

NAMESPACE = uuid.UUID("5f0c7a52-6f0e-5d0a-9b52-0d8f3c9a1e77")


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The bill as a JSON object."""
    packages = [*python_packages(root), *crates(root)]
    review = Review.load(root / "requirements" / "licences.toml")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    content = hashlib.sha256(repr(packages).encode()).hexdigest()
    own = {
        "type": "application",
        "bom-ref": f"plimsoll@{project['version']}",
        "name": "plimsoll",
        "version": project["version"],
        "description": project["description"],
        "licenses": [{"expression": project["license"]}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, content)}",
        "version": 1,
        "metadata": {"component": own},
        "components": [_component(one, review.licence(one)) for one in packages],
        "dependencies": _dependencies(packages),
    }


def reference(package: Locked) -> str:
    """The package's purl, which is its bom-ref, too."""
    kind = "pypi" if package.ecosystem == "python" else "cargo"
    return f"pkg:{kind}/{package.name}@{package.version}"


def _component(package: Locked, licence: str) -> dict[str, Any]:
    named = licence.startswith("LicenseRef-") or not licence
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "purl": reference(package),
        "scope": "excluded" if RUNTIME.isdisjoint(package.sources) else "required",
        "licenses": [{"license": {"name": licence or "not reviewed"}}] if named else [{"expression": licence}],
        "properties": [{"name": "plimsoll:lock", "value": one} for one in package.sources],
    }
    # A crate is one archive. A distribution has one for each platform: any of these may be the one installed.
    if package.ecosystem == "rust":
        component["hashes"] = [{"alg": "SHA-256", "content": package.hashes[0]}]
    else:
        component["properties"] += [{"name": "plimsoll:archive-sha256", "value": one} for one in package.hashes]
    return component


def _dependencies(packages: list[Locked]) -> list[dict[str, Any]]:
    """Which crate requires which, from Cargo.lock: it names a version where there are several."""
    versions: dict[str, list[Locked]] = defaultdict(list)
    for one in packages:
        if one.ecosystem == "rust":
            versions[one.name].append(one)
    listed = []
    for one in packages:
        wanted = [text.split() for text in one.requires]
        found = [
            reference(other)
            for name, *version in wanted
            for other in versions[name]
            if not version or other.version == version[0]
        ]
        if one.ecosystem == "rust":
            listed.append({"ref": reference(one), "dependsOn": sorted(found)})
    return listed


def main(path: Path) -> None:
    """Writes the bill."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill(), indent=1) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "plimsoll.cdx.json")
