#!/usr/bin/env python3
"""Every record that leaves as data·inclusion v1, against the standard's own JSON Schemas, by a validator that is not ours.

inclusion_schema.py BALISE: imports every source of the shared data that BALISE reads, each in a database of its own, then the
demonstration; exports; validates every structure and service. Ends with 77 (skipped) without the shared data
(../shared/data, or $BALISE_SHARED/data) or without python3-jsonschema."""

import json
import os
import pathlib
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


def run(balise, *args):
    return subprocess.run([balise, *args, "--quiet"], capture_output=True, text=True)


def exported(balise, folder, fill):
    """The export of a database filled by a command; None when the command refuses."""
    database = f"sqlite:{folder}/{len(list(pathlib.Path(folder).iterdir()))}.sqlite"
    if run(balise, *fill, "--db", database).returncode != 0:
        return None
    out = run(balise, "export", "--format", "data-inclusion", "--db", database)
    if out.returncode != 0:
        sys.exit(f"the export failed: {out.stderr}")
    return json.loads(out.stdout)


def check(name, data, validators, step=1):
    ids = {s["id"] for s in data["structures"]}
    faults = [f"a service without its structure: {v['id']}" for v in data["services"] if v["structure_id"] not in ids]
    for kind, validator in validators.items():
        for record in data[kind][::step]:
            for error in validator.iter_errors(record):
                faults.append(f"{record['id']} {'/'.join(map(str, error.path))}: {error.message[:200]}")
    print(f"{name}: {len(data['structures'])} structures, {len(data['services'])} services, {len(faults)} faults")
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
    sources = sorted([*(SHARED / "reference").glob("*.csv"), *(SHARED / "lieux").iterdir()])
    faults = read = 0
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            if source.name.endswith((".rapport.csv", ".config.json")):
                continue
            data = exported(balise, folder, ["import", str(source)])
            if data is None:
                print(f"{source.name}: not read without a mapping")
                continue
            read += 1
            faults += check(source.name, data, validators)
        faults += check("demonstration, one in ten", exported(balise, folder, ["demo"]), validators, 10)
    if read == 0:
        sys.exit("no source could be read")
    return faults > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
