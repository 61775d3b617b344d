#!/usr/bin/env python3
"""Every record that leaves, against the two national standards' own schemas, by a validator that is not ours.

standard_schemas.py BALISE: imports every source of the shared data, through the mappings of examples/mappings where one is
needed, each in a database of its own, then the demonstration; exports; validates every place (LaMednum 1.0.2), structure and
service (data·inclusion v1). Ends with 77 (skipped) without the shared data (../shared/data, or $BALISE_SHARED/data) or
without python3-jsonschema."""

import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
try:
    import jsonschema
except ImportError:
    # Debian's own Python has it, whatever other one comes first.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("python3-jsonschema is not there")
    sys.exit(SKIPPED)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("BALISE_SHARED", ROOT.parent / "shared")) / "data"


MAPPINGS = {"liste-fs-20221201": "france-services"}  # others bear the name of their source


def run(balise, *args):
    return subprocess.run([balise, *args, "--quiet"], capture_output=True, text=True)


def exported(balise, folder, fill):
    """The places (CSV) and the structures and services of a database filled by a command; None when it cannot read."""
    database = f"sqlite:{folder}/{len(list(pathlib.Path(folder).iterdir()))}.sqlite"
    report = ["--report", f"{folder}/report.csv"] if fill[0] == "import" else []
    done = run(balise, *fill, *report, "--db", database)
    if "n’a pas été importé" in done.stderr:  # a refused record gives 1 too, and the rest is there
        return None
    out = []
    for format in ("lamednum-csv", "data-inclusion"):
        one = run(balise, "export", "--format", format, "--db", database)
        if one.returncode != 0:
            sys.exit(f"the export failed: {one.stderr}")
        out.append(one.stdout)
    return list(csv.DictReader(io.StringIO(out[0]))), json.loads(out[1])


def place_faults(place, fields):
    """What a Table Schema says of a row; pivot of fourteen zeros is how 1.0.2 says that it is not known."""
    if list(place) != [f["name"] for f in fields]:
        yield "other columns"
    for field in fields:
        value, rules = place[field["name"]], field.get("constraints", {})
        if not value:
            if rules.get("required"):
                yield f"{field['name']} is missing"
            continue
        if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
            yield f"{field['name']} {value!r}: {rules['pattern'][:60]}"
        if len(value) > rules.get("maxLength", sys.maxsize):
            yield f"{field['name']} is too long"
        if field["type"] == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            yield f"{field['name']} {value!r} is no number"
        if field["type"] == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            yield f"{field['name']} {value!r} is no date"


def check(name, places, data, fields, validators, step=1):
    ids = {s["id"] for s in data["structures"]}
    faults = [f"{place['id']} {fault}" for place in places for fault in place_faults(place, fields)]
    faults += [f"a service without its structure: {v['id']}" for v in data["services"] if v["structure_id"] not in ids]
    for kind, validator in validators.items():
        for record in data[kind][::step]:
            for error in validator.iter_errors(record):
                faults.append(f"{record['id']} {'/'.join(map(str, error.path))}: {error.message[:200]}")
    print(f"{name}: {len(places)} places, {len(data['structures'])} structures, {len(data['services'])} services, {len(faults)} faults")
    for fault in faults[:10]:
        print("  " + fault)
    return len(faults)


def main(balise):
    schemas = SHARED / "schemas" / "data-inclusion-v1"
    if not schemas.is_dir():
        print(f"{schemas} is not there")
        return SKIPPED
    validators = {}
    for kind, file in (("structures", "structure.json"), ("services", "service.json")):
        schema = json.loads((schemas / file).read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        # No additional member: the standard names all of them.
        validators[kind] = jsonschema.Draft202012Validator({**schema, "additionalProperties": False},
                                                          format_checker=jsonschema.FormatChecker())
    fields = json.loads((SHARED / "schemas" / "lamednum-schema-1.0.2.json").read_text())["fields"]
    sources = sorted([*(SHARED / "reference").glob("*.csv"), *(SHARED / "lieux").iterdir()])
    faults = read = 0
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            if source.name.endswith((".rapport.csv", ".config.json")):
                continue
            mapping = ROOT / "examples" / "mappings" / f"{MAPPINGS.get(source.stem, source.stem)}.json"
            through = ["--mapping", str(mapping)] if source.parent.name == "lieux" and mapping.exists() else []
            found = exported(balise, folder, ["import", str(source), *through])
            if found is None:
                print(f"{source.name}: cannot be read")
                faults += 1
                continue
            read += 1
            faults += check(source.name, *found, fields, validators)
        faults += check("demonstration, one in ten", *exported(balise, folder, ["demo"]), fields, validators, 10)
    if read == 0:
        sys.exit("no source could be read")
    return faults > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
