#!/usr/bin/env python3
"""Numbered .sql files of a module → a C array of struct db_migration.

usage: migrations.py [--header OUTPUT.h] MODULE OUTPUT.c FILE.sql…
       (files named 0001_what.sql, 0002_…, without a gap)

Defines `const struct db_migration MODULE_migrations[]` and `const size_t MODULE_migrations_count`; the
header declares them, and MODULE_MIGRATIONS, their number as a constant.
A file that has been applied somewhere must never change again, not even its comments: its checksum is
in the database."""
import pathlib
import re
import sys


def numbered(paths):
    found = []
    for path in map(pathlib.Path, paths):
        match = re.fullmatch(r"(\d{4})_[a-z0-9_]+", path.stem)
        if not match or path.suffix != ".sql":
            raise SystemExit(f"{path}: a migration is named 0001_what_it_does.sql")
        found.append((int(match[1]), path))
    found.sort()
    numbers = [number for number, _ in found]
    if numbers != list(range(1, len(numbers) + 1)):
        raise SystemExit(f"migrations must be numbered 1, 2, 3… without a gap: {numbers}")
    return found


def c_bytes(data):
    # Octal characters: right whether char is signed or not.
    lines = [", ".join(f"'\\{b:03o}'" for b in data[i : i + 12]) for i in range(0, len(data), 12)]
    return ",\n    ".join(lines)


def generate(module, paths):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", module):
        raise SystemExit(f"{module}: not a module's name")
    out = [f"/* Made by tools/migrations.py from the .sql files of {module}. */", '#include "db/db.h"', ""]
    rows = []
    for number, path in numbered(paths):
        data = path.read_bytes()
        if b"\0" in data or b"\r" in data:
            raise SystemExit(f"{path}: NUL or carriage return")
        data.decode("utf-8")
        # Bytes, not a string literal: ISO C promises literals of 4,095 bytes at most.
        out.append(f"static const char sql_{number}[] = {{\n    {c_bytes(data + bytes(1))}}};")
        rows.append(f'    {{"{module}", {number}, "{path.stem}", sql_{number}}},')
    out += [
        "",
        f"extern const struct db_migration {module}_migrations[];",
        f"extern const size_t {module}_migrations_count;",
        f"const struct db_migration {module}_migrations[] = {{",
        *rows,
        "};",
        f"const size_t {module}_migrations_count = {len(rows)};",
        "",
    ]
    return "\n".join(out)


def header(module, paths):
    return f"""/* Made by tools/migrations.py from the .sql files of {module}. */
#pragma once

#include "db/db.h"

extern const struct db_migration {module}_migrations[];
extern const size_t {module}_migrations_count;
enum {{ {module.upper()}_MIGRATIONS = {len(numbered(paths))} }};
"""


def main(args):
    header_path = None
    if args[:1] == ["--header"]:
        header_path, args = args[1], args[2:]
    if len(args) < 3:
        raise SystemExit(__doc__)
    module, output, *paths = args
    pathlib.Path(output).write_text(generate(module, paths))
    if header_path:
        pathlib.Path(header_path).write_text(header(module, paths))


if __name__ == "__main__":
    main(sys.argv[1:])
