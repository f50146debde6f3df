"""The one base of every error that Plimsoll raises on purpose.

Subclasses say what was expected, what came, and what to do next. A caller who wants to treat every refusal alike
catches `PlimsollError`; anything else that escapes is a defect of Plimsoll.
"""

from __future__ import annotations


class PlimsollError(Exception):
    """Base of all of Plimsoll's own errors. The message is one sentence a person can act on."""
