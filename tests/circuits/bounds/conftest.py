"""This folder's helper module is on the path, as those of the folders above are."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
