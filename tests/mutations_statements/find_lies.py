"""Looks for the lies that are not on record yet, and writes them down: `python find_lies.py [PROGRAM]`, minutes.

Run with the folders of tests/ on the path, as pytest has them.
"""

from __future__ import annotations

import json
import sys

from statement_arguments import argument
from statement_hunt import search
from statement_judge import Mutant
from statement_mutation_page import DATA
from statement_search import EXTRAS, mutants, table_of


def wanted(mutant: Mutant) -> bool:
    """Argued mutants are left out, but for claims of tables that post: rows of no call may be a lie."""
    if argument(mutant) is None:
        return True
    claim = mutant.kind == "message" and not table_of(mutant.program, mutant.table).messages[mutant.place].weight
    return claim and (mutant.program, mutant.table) in EXTRAS


def main(programs: list[str]) -> None:
    """Adds to the record after each lie that is found."""
    record = json.loads(DATA.read_text()) if DATA.exists() else {}
    for mutant in mutants():
        if mutant.key in record or not wanted(mutant) or (programs and mutant.program not in programs):
            continue
        found = search(mutant)
        if found:
            record[mutant.key] = {"lie": found.lie.data(), "strict": found.strict}
            DATA.write_text(encoded(record))


def encoded(record: dict[str, object]) -> str:
    """One line a mutant."""
    lines = [f"{json.dumps(key)}: {json.dumps(record[key])}" for key in sorted(record)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
