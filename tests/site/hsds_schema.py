#!/usr/bin/env python3
"""Everything that the HSDS API and file say, against the tables of HSDS 3.0.1: hsds_schema.py BALISE

Fills a SQLite database with the demonstration and the places of reference of ../shared/data (or $BALISE_SHARED/data), runs the
site, walks every address to its last page and holds each object to its table: required fields, types, formats, closed lists,
one content for one identifier, keys that lead somewhere. Skipped (77) without the schemas, which are not ours."""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

SHARED = pathlib.Path(os.environ.get("BALISE_SHARED", "../shared")) / "data"
SCHEMAS = SHARED / "schemas" / "hsds-3.0.1"

# Where a nested object stands → its table.
NESTED = {
    "organization": "organization", "service": "service", "services": "service", "location": "location",
    "locations": "location", "service_at_locations": "service_at_location", "phones": "phone", "schedules": "schedule",
    "addresses": "address", "accessibility": "accessibility", "languages": "language", "service_areas": "service_area",
    "cost_options": "cost_option", "contacts": "contact", "attributes": "attribute", "taxonomy_term": "taxonomy_term",
    "organization_identifiers": "organization_identifier",
}
FORMATS = {
    "uuid": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+"),
}
TYPES = {
    "date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"),
}
PAGE = ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty"]


class Checker:
    def __init__(self):
        package = json.loads((SCHEMAS / "datapackage.json").read_text())
        self.tables = {r["name"]: r["schema"] for r in package["resources"]}
        self.fields = {name: {f["name"]: f for f in schema["fields"]} for name, schema in self.tables.items()}
        self.required = {name: [f for f, d in fields.items() if d.get("constraints", {}).get("required")]
                         for name, fields in self.fields.items()}
        page = json.loads((SCHEMAS / "openapi.json").read_text())["components"]["schemas"]["Page"]["properties"]
        assert sorted(page) == sorted(PAGE), "the page of the standard is another one"
        self.page_types = {key: page[key]["type"] for key in PAGE}
        self.rows = {name: {} for name in self.tables}
        self.keys = set()  # (table, field, other table, id) seen
        self.whole = {name: {} for name in self.tables}  # objects with all they hold: most come back many times
        self.faults, self.objects = {}, 0

    def fault(self, what, example):
        self.faults.setdefault(what, []).append(example)

    def value(self, table, field, value):
        d = self.fields[table][field]
        kind, where = d["type"], f"{table}.{field}"
        if kind == "number":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                self.fault(f"{where}: not a number", value)
            return
        if not isinstance(value, str) or value == "" or value != value.strip():
            self.fault(f"{where}: not a text, empty or not trimmed", value)
            return
        pattern = TYPES.get(kind) or FORMATS.get(d.get("format"))
        if pattern and not pattern.fullmatch(value):
            self.fault(f"{where}: not a {d.get('format') or kind}", value)
        allowed = d["constraints"].get("enum")
        if allowed and value not in allowed:
            self.fault(f"{where}: not in the list", value)

    def row(self, table, o):
        self.objects += 1
        if self.whole[table].get(o.get("id")) == o:
            return
        self.whole[table][o.get("id")] = o
        for name in self.required[table]:
            if name not in o:
                self.fault(f"{table}.{name}: missing", o.get("id"))
        flat = {}
        for key, value in o.items():
            if key in self.fields[table]:
                self.value(table, key, value)
                flat[key] = value
            elif key in NESTED:
                for one in value if isinstance(value, list) else [value]:
                    self.row(NESTED[key], one)
            else:
                self.fault(f"{table}.{key}: no such field", value)
        self.foreign_keys(table, flat)
        known = self.rows[table].setdefault(o.get("id"), flat)
        if known != flat:
            self.fault(f"{table}: two contents for one id", (known, flat))

    def foreign_keys(self, table, flat):
        for key in self.tables[table].get("foreignKeys", []):
            field = key["fields"]
            if field in flat:
                self.keys.add((table, field, key["reference"]["resource"], flat[field]))
        if table == "attribute" and "link_entity" in flat:
            self.keys.add((table, "link_id", flat["link_entity"], flat.get("link_id")))
        if table == "taxonomy_term" and "parent_id" in flat:
            self.keys.add((table, "parent_id", "taxonomy_term", flat["parent_id"]))

    def close(self):
        for table, field, other, identifier in self.keys:
            if identifier not in self.rows.get(other, {}):
                self.fault(f"{table}.{field}: leads to no {other}", identifier)
        codes = [t["code"] for t in self.rows["taxonomy_term"].values() if "code" in t]
        if len(codes) != len(set(codes)):
            self.fault("taxonomy_term.code: not unique", sorted(c for c in codes if codes.count(c) > 1))


class Site:
    def __init__(self, base, checker):
        self.base, self.check = base, checker

    def get(self, path):
        with urllib.request.urlopen(self.base + path, timeout=120) as answer:
            return answer.read()

    def json(self, path):
        return json.loads(self.get(path))

    def pages(self, path, size):
        """Every object of a list, to the last page."""
        join = "&" if "?" in path else "?"
        number, seen, items = 1, 0, []
        while True:
            page = self.json(f"{path}{join}page={number}&per_page={size}")
            self.page(path, page, number, size)
            items += page["contents"]
            seen += page["size"]
            if page["last_page"]:
                if seen != page["total_items"]:
                    self.check.fault(f"{path}: pages do not add up", (seen, page["total_items"]))
                return items
            number += 1

    def page(self, path, page, number, size):
        if sorted(page) != sorted(PAGE + ["contents"]):
            self.check.fault(f"{path}: keys of the page", sorted(page))
        for key, kind in self.check.page_types.items():
            if type(page[key]) is not {"integer": int, "boolean": bool}[kind]:
                self.check.fault(f"{path}: {key} is no {kind}", page[key])
        pages = -(-page["total_items"] // size)
        wanted = {"page_number": number, "size": len(page["contents"]), "total_pages": pages, "first_page": number == 1,
                  "last_page": number >= pages, "empty": not page["contents"]}
        for key, value in wanted.items():
            if page[key] != value:
                self.check.fault(f"{path}: {key}", (page[key], value))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(balise, *arguments):
    subprocess.run([balise, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fill(balise, db, folder):
    run(balise, "demo", "--quiet", "--db", db)
    for name in ["angers", "etapes-numerique", "gironde", "france-services"]:
        path = SHARED / "reference" / f"{name}.csv"
        if path.exists():
            run(balise, "import", str(path.resolve()), "--source", name, "--quiet", "--db", db,
                "--report", str(folder / f"{name}.csv"))


@contextlib.contextmanager
def serving(balise, db):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([balise, "serve", "--listen", f"127.0.0.1:{port}", "--db", db],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(base + "/hsds", timeout=5).close()
                break
            time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def walk(site):
    """The lists in both forms, then one object of each kind by its own address."""
    check = site.check
    about = site.json("/hsds/")
    if about["version"] != "3.0.1" or not FORMATS["uri"].fullmatch(about["openapi_url"]):
        check.fault("/hsds/", about)
    for path, table in [("/hsds/taxonomies", "taxonomy"), ("/hsds/taxonomy_terms", "taxonomy_term"),
                        ("/hsds/organizations", "organization"), ("/hsds/services", "service"),
                        ("/hsds/service_at_locations", "service_at_location"),
                        ("/hsds/organizations?full=true", "organization"), ("/hsds/services?full=true", "service"),
                        ("/hsds/service_at_locations?full=true", "service_at_location")]:
        items = site.pages(path, 500)
        print(f"{path}: {len(items)}")
        for item in items:
            check.row(table, item)
        if not items:
            check.fault(f"{path}: nothing", None)
            continue
        one = items[len(items) // 2]
        address = path.split("?")[0] + "/" + one["id"]
        check.row(table, site.json(address))
        if "full" not in path:
            lines = site.get(path + "?format=ndjson").decode().splitlines()
            if [json.loads(line) for line in lines] != items:
                check.fault(f"{path}: lines are not the pages", len(lines))
    services = check.rows["service"]
    minimal = site.json("/hsds/services?minimal=true")
    if {m["id"] for m in minimal["contents"]} != set(services) or minimal["total_pages"] != 1:
        check.fault("minimal: not every service", minimal["size"])


def finish(check, what):
    check.close()
    for fault, examples in sorted(check.faults.items()):
        print(f"NOT OK {fault} ({len(examples)} times): {str(examples[0])[:600]}")
    print(f"{'NOT ok' if check.faults else 'ok'} {what}: {check.objects} objects, {len(check.keys)} keys, "
          f"{len(check.faults)} faults")
    return not check.faults


def main():
    if not (SCHEMAS / "datapackage.json").exists():
        print("no schemas here: skipped")
        return 77
    balise = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        db = f"sqlite:{folder}/balise.sqlite"
        fill(balise, db, pathlib.Path(folder))
        api = Checker()
        with serving(balise, db) as base:
            walk(Site(base, api))
        good = finish(api, "API")
        exported = f"{folder}/hsds.json"
        run(balise, "export", "--format", "hsds", "-o", exported, "--quiet", "--db", db)
        check, file = Checker(), json.loads(pathlib.Path(exported).read_text())
        for key, table in [("taxonomies", "taxonomy"), ("services", "service"), ("organizations", "organization")]:
            for one in file[key]:
                check.row(table, one)
        for term in api.rows["taxonomy_term"].values():  # parents of the terms that services have
            check.rows["taxonomy_term"].setdefault(term["id"], term)
        if set(check.rows["service"]) != set(api.rows["service"]):
            check.fault("the file and the API do not say the same services", len(file["services"]))
        good &= finish(check, "file")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
