#!/usr/bin/env python3
"""Holds the code to its architecture: tools/check_architecture.py BUILD_DIR [--source DIR]

  includes   a layer includes only lower layers; a module is reached through modules/<name>/<name>.h alone;
             a private header stays in its folder
  symbols    what a static library of BUILD_DIR exports carries the prefix of its area
  tables     are named after their area, and only its own SQL touches them
  sizes      no file over 800 lines, no function over 100
  banned     functions that cannot know the size of what they write; typedef'd structs

Prints one line a violation and exits 1, or says what was looked at and exits 0."""

import argparse
import ast
import pathlib
import re
import subprocess
import sys

# Lowest first. Those of one row do not know each other.
LAYERS = [["base"], ["i18n", "db", "hours", "search", "clean", "table", "outgoing"], ["http"], ["view"], ["jobs"], ["modules"], ["cli"]]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# What an area may call its exported symbols, besides its own name. A layer may also use the names of its files
# (csrf.c: csrf_); a module, which must live with all the others, only what is listed here.
PREFIXES = {
    "base": {"civil", "zone"},  # dates and time zones, in clock.h
    "i18n": {"lang"},
    "db": {"sql"},
    # what handlers work with, in http.h; then what the parts of the façade share, in exchange.h
    "http": {"request", "response", "route", "permission", "status", "content_type", "encoding", "wire", "address", "out",
             "worker", "pairs"},
    "view": {"url", "icon", "site_asset"},
    "modules/directory": {"structure", "place", "service", "record", "enum", "field", "check", "lamednum", "inclusion",
                          "import", "raw", "ahead", "map", "format", "tidy", "duplicate", "export", "hsds", "geocode", "quality", "merge", "api", "page", "index", "build", "cards", "labels", "pieces", "words"},
}
SYMBOLS_ALLOWED = {"main"}
TABLES_ALLOWED = {"schema_migration": "db"}  # the name that people look for

FILE_MAX = 800
FUNCTION_MAX = 100
BANNED = "strcpy strcat sprintf vsprintf gets atoi strtok".split()
# poison.h has to name what it poisons.
BANNED_IGNORED = {"src/base/poison.h"}

MEASURED = {".c", ".h", ".py", ".sh", ".mjs", ".js", ".html", ".scss", ".sql"}
MEASURED_FOLDERS = ["src", "tests", "tools", "web"]
SKIPPED_FOLDERS = {"node_modules", "fixtures", "__pycache__", "corpus"}


def area_of(path):
    """("base",) or ("modules", "directory"), from a path relative to src; None outside of every layer."""
    parts = pathlib.PurePosixPath(path).parts
    if not parts or parts[0] not in RANK:
        return None
    if parts[0] == "modules" and len(parts) > 2:
        return parts[:2]
    return parts[:1]


def blank(text, keep_strings=False):
    """C text with comments (and the inside of literals) turned into spaces: same length, same lines."""
    def space(match):
        found = match[0]
        if found[0] in "\"'":
            return found if keep_strings else found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', space, text, flags=re.S)


def line_at(text, position):
    return text.count("\n", 0, position) + 1


class Check:
    def __init__(self, source, build):
        self.source, self.build = source, build
        self.src = source / "src"
        self.violations, self.seen = [], {}

    def refuse(self, path, line, message):
        self.violations.append(f"{path}:{line}: {message}" if line else f"{path}: {message}")

    def count(self, what, n=1):
        self.seen[what] = self.seen.get(what, 0) + n

    def relative(self, path):
        return path.relative_to(self.source).as_posix()

    def code(self):
        """Every C file of src as (path relative to src, text)."""
        for path in sorted(self.src.rglob("*.[ch]")):
            yield path.relative_to(self.src).as_posix(), path.read_text(errors="replace")

    # -- includes ------------------------------------------------------------------------------------

    def is_private(self, header):
        """By its name, or because its first comment says so."""
        if re.fullmatch(r"(.*_)?private\.h", pathlib.PurePosixPath(header).name):
            return True
        path = self.src / header
        return path.exists() and "rivate to " in path.read_text(errors="replace")[:400]

    def includes(self):
        for name, text in self.code():
            here = area_of(name)
            plain = blank(text, keep_strings=True)
            for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', plain, re.M):
                self.count("includes")
                problem = self.include_problem(name, here, match[1])
                if problem:
                    self.refuse("src/" + name, line_at(text, match.start()), problem)

    def include_problem(self, name, here, header):
        if "/" not in header:
            header = str(pathlib.PurePosixPath(name).parent / header)
        if ".." in pathlib.PurePosixPath(header).parts:
            return f"include \"{header}\": write it from src, not with .."
        there = area_of(header)
        if there is None:
            return f"include \"{header}\": not in a layer of src"
        if here is None or here == there:
            return None
        if RANK[there[0]] > RANK[here[0]] or (RANK[there[0]] == RANK[here[0]] and there[0] != here[0]):
            return f"include \"{header}\": layer {here[0]} may not know {there[0]} (layers point down)"
        if len(there) == 2 and header != f"modules/{there[1]}/{there[1]}.h":
            return f"include \"{header}\": module {there[1]} is reached through modules/{there[1]}/{there[1]}.h only"
        if self.is_private(header):
            return f"include \"{header}\": private to {'/'.join(there)}"
        return None

    # -- symbols -------------------------------------------------------------------------------------

    def prefixes(self, area):
        """In the plural or not ("jobs": job_, jobs_). The name of another area is never lent."""
        folder = "/".join(area)
        own = {area[-1]} | PREFIXES.get(folder, set())
        if len(area) == 1:
            files = [f for root in (self.src, self.build / "src") for f in (root / folder).glob("*.[ch]")]
            own |= {f.name.split(".")[0] for f in files} - {"private"}
        own |= {name[:-1] for name in own if name.endswith("s")} | {name + "s" for name in own}
        others = set(RANK) | {p.name for p in (self.src / "modules").glob("*") if p.is_dir()}
        return own - (others - {area[-1]})

    def symbols(self):
        libraries = sorted((self.build / "src").rglob("lib*.a"))
        if not libraries:
            self.refuse(self.build, 0, "no static library: build first")
        for library in libraries:
            area = area_of(library.relative_to(self.build / "src").as_posix())
            if area is None:
                continue
            allowed = self.prefixes(area)
            listing = subprocess.run(["nm", "-g", "--defined-only", str(library)], check=True, text=True,
                                     capture_output=True).stdout
            member = "?"
            for line in listing.splitlines():
                if line.endswith(":"):
                    member = line[:-1]
                fields = line.split()
                if len(fields) != 3:
                    continue
                self.symbol(area, member, fields[2], allowed)

    def symbol(self, area, member, name, allowed):
        # what the compiler and the sanitizers add is not ours
        if name in SYMBOLS_ALLOWED or name.startswith("__") or "." in name:
            return
        self.count("symbols")
        if name in allowed or any(name.startswith(prefix + "_") for prefix in allowed):
            return
        where = "/".join(area)
        self.refuse(f"src/{where}/{pathlib.Path(member).name.removesuffix('.o')}", 0,
                    f"exports {name}: make it static, or begin it with {area[-1]}_"
                    f" (PREFIXES of {pathlib.Path(__file__).name} lists what else {where} may use)")

    # -- tables --------------------------------------------------------------------------------------

    CREATE = re.compile(r"\bCREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_]*)", re.I)
    # In capitals, as all our SQL is: prose about a table is not a statement.
    STATEMENT = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|INTO|TABLE|REFERENCES|WHERE)\b")

    def statements(self):
        """(path relative to src, area, line, SQL text) of migrations and of literals of the code."""
        for path in sorted(self.src.rglob("*.sql")):
            name = path.relative_to(self.src).as_posix()
            text = re.sub(r"--[^\n]*", "", path.read_text(errors="replace"))
            yield name, area_of(name), 1, text
        for name, text in self.code():
            plain = blank(text, keep_strings=True)
            # literals side by side are one
            for match in re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', plain):
                joined = re.sub(r'"\s*"', "", match[0])[1:-1].replace("\\n", " ").replace("\\t", " ")
                if self.STATEMENT.search(joined):
                    yield name, area_of(name), line_at(text, match.start()), joined

    def tables(self):
        statements = list(self.statements())
        owner = {}
        for name, area, line, text in statements:
            for table in self.CREATE.findall(text):
                if area is None or table.upper() == table:
                    continue
                table = table.lower()
                self.count("tables")
                self.own_table(owner, name, area, line, table)
        for name, area, line, text in statements:
            for word in sorted(set(re.findall(r"\b[a-z_][a-z0-9_]*\b", text)) & set(owner)):
                if owner[word] != area:
                    self.refuse("src/" + name, line, f"SQL touches {word}: it belongs to "
                                f"{'/'.join(owner[word])}; ask its public functions")

    def own_table(self, owner, name, area, line, table):
        stem = area[-1].removesuffix("s")
        if owner.setdefault(table, area) != area:
            self.refuse("src/" + name, line, f"table {table} is also made by {'/'.join(owner[table])}")
        if TABLES_ALLOWED.get(table) == area[-1]:
            return
        if not (table in (area[-1], stem) or table.startswith((area[-1] + "_", stem + "_"))):
            self.refuse("src/" + name, line, f"table {table} must begin with {area[-1]}_")

    # -- sizes and bans ------------------------------------------------------------------------------

    def measured(self):
        for folder in MEASURED_FOLDERS:
            for path in sorted((self.source / folder).rglob("*")):
                parts = path.relative_to(self.source).parts
                if path.suffix in MEASURED and not SKIPPED_FOLDERS & set(parts) and path.is_file():
                    yield path

    def sizes(self):
        for path in self.measured():
            text = path.read_text(errors="replace")
            lines = text.count("\n")
            self.count("files")
            if lines > FILE_MAX:
                self.refuse(self.relative(path), 0, f"{lines} lines, {FILE_MAX} at most: split it by what it knows")
            functions = {".c": c_functions, ".h": c_functions, ".py": python_functions}.get(path.suffix)
            for name, line, length in functions(text) if functions else []:
                self.count("functions")
                if length > FUNCTION_MAX:
                    self.refuse(self.relative(path), line, f"{name} has {length} lines, {FUNCTION_MAX} at most")

    def banned(self):
        call = re.compile(r"\b(%s)\s*\(" % "|".join(BANNED))
        for path in self.measured():
            name = self.relative(path)
            if path.suffix not in (".c", ".h") or name in BANNED_IGNORED:
                continue
            text = blank(path.read_text(errors="replace"))
            for match in call.finditer(text):
                self.refuse(name, line_at(text, match.start()), f"{match[1]}() is banned (base/poison.h)")
            for match in re.finditer(r"\btypedef\s+(struct|union|enum)\s*(\w+\s*)?(\{|\w+\s*;)", text):
                self.refuse(name, line_at(text, match.start()), f"typedef'd {match[1]}: write the tag where it is used")

    def run(self):
        self.includes()
        self.symbols()
        self.tables()
        self.sizes()
        self.banned()


def c_functions(text):
    """(name, line, lines from its opening brace to its closing one) of each function."""
    plain = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), blank(text), flags=re.M)
    depth, start, outside = 0, None, 0
    for match in re.finditer(r"[{}]", plain):
        at = match.start()
        if match[0] == "{":
            if depth == 0:
                # a body follows the parameters; an initialiser, a struct or an enum does not
                head = plain[outside:at].rstrip()
                named = re.findall(r"\b([A-Za-z_]\w*)\s*\(", head)
                start = (named[0] if named else "?", at) if head.endswith(")") else None
            depth += 1
        else:
            depth = max(0, depth - 1)
            if depth == 0:
                if start:
                    first = line_at(plain, start[1])
                    yield start[0], first, line_at(plain, at) - first + 1
                start, outside = None, at + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1])
    options = parser.parse_args(arguments)
    check = Check(options.source.resolve(), options.build.resolve())
    check.run()
    for violation in check.violations:
        print(violation)
    if check.violations:
        print(f"architecture: {len(check.violations)} violations")
        return 1
    print("architecture: holds (" + ", ".join(f"{n} {what}" for what, n in check.seen.items()) + ")")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
