"""The core's own profile objects for the named profiles."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256

import plimsoll_core
import plimsoll_dishonest
from plimsoll.verifier.profile import INSECURE_TEST, Profile

STATEMENT = sha256(b"a statement").digest()


def core_profile(profile: Profile = INSECURE_TEST) -> plimsoll_core.Profile:
    return plimsoll_core.Profile(**_fields(profile))


def dishonest_profile(profile: Profile = INSECURE_TEST) -> plimsoll_dishonest.Profile:
    """The same for the dishonest module, whose classes are its own."""
    return plimsoll_dishonest.Profile(**_fields(profile))


def _fields(profile: Profile) -> dict[str, int]:
    """The name is not the core's, and the number of salts is a constant in it."""
    return {k: v for k, v in asdict(profile).items() if k not in ("name", "salt_elements")}
