"""From a program's bytecode to tables: every function that calls itself becomes a family of tables, one a path.

The argument why an accepted set of rows is an execution of the Cairo program is in docs/compiler.md, rule by rule.
"""

from plimsoll.circuits.compiler.compile import CompiledPath, CompiledProgram, compile_program
from plimsoll.circuits.compiler.errors import CompileError

__all__ = ["CompileError", "CompiledPath", "CompiledProgram", "compile_program"]
