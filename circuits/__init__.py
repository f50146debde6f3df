"""Cairo programs, the compiler from their bytecode to tables, the field and the hash."""
