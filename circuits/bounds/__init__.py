"""Interval analysis of compiled tables: no sum, carry or accumulator wraps p for any input the constraints allow."""

from plimsoll.circuits.bounds.analyse import analyse
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.render import markdown
from plimsoll.circuits.bounds.report import BoundsReport, ConstraintBounds, TableBounds
from plimsoll.circuits.bounds.roms import check_records

__all__ = ["BoundsError", "BoundsReport", "ConstraintBounds", "TableBounds", "analyse", "check_records", "markdown"]
