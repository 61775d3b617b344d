#!/usr/bin/env python3
"""Small directories made at random of the fixtures, sent through every format: imported where it comes from, a file changes nothing;
into an empty directory, it leaves again the same, byte for byte. SQLite.

  round_trips.py BALISE FIXTURES [FIRST SEEDS]"""
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile

STANDARD = ["lamednum-csv", "lamednum-json", "lamednum-2-csv", "lamednum-2-json"]  # places only
WHOLE = ["data-inclusion", "csv-tout", "hsds", "xlsx", "geojson"]
PLACE = ("id", "nom", "commune", "code_postal", "adresse", "date_maj", "source")
RECORD = ("source", "structure_id", "id", "nom", "description", "date_maj")
DAYS = re.compile(rb",(?:\d{4}-\d\d-\d\d)?,(?:\d{4}-\d\d-\d\d)?,(?:\d{4}-\d\d-\d\d)?\r?\n")  # of this directory: last columns of the table


class Trip:
    def __init__(self, program, folder, seed):
        self.program, self.folder, self.random, self.seed = program, folder, random.Random(seed), seed

    def run(self, name, *words):
        return subprocess.run([self.program, *words, "--db", f"sqlite:{self.folder}/{name}.sqlite"], cwd=self.folder,
                              capture_output=True, text=True, check=False)

    def path(self, name):
        return os.path.join(self.folder, name)

    def export(self, name, form, file):
        self.run(name, "export", "--format", form, "-o", self.path(file))
        with open(self.path(file), "rb") as f:
            return DAYS.sub(b",,,\n", f.read()) if form == "csv-tout" else f.read()

    def add_places(self, places):
        r, share = self.random, self.random.choice((0, 0.1, 0.5, 1))
        columns = [c for c in places[0] if c in PLACE or r.random() < share]
        rows = [dict(p) for p in r.sample(places, r.randint(1, len(places)))]
        if len(rows) > 1 and r.random() < 0.5:
            rows[0]["source"] = "Autre source"
            if r.random() < 0.5:
                rows[0]["id"] = rows[1]["id"]
        for source in {p["source"]: 0 for p in rows}:
            with open(self.path("lieux.csv"), "w", newline="", encoding="utf-8") as f:
                w = csv.DictWriter(f, columns, extrasaction="ignore")
                w.writeheader()
                w.writerows(p for p in rows if p["source"] == source)
            self.run("directory", "import", self.path("lieux.csv"), *(("--source", "cd35") if r.random() < 0.2 else ()))

    def add_records(self, lists):
        r, share, null = self.random, self.random.choice((0, 0.1, 0.5, 1)), self.random.random() < 0.5
        thin = {kind: [{k: v if kept else None for k, v in record.items() for kept in [k in RECORD or r.random() < share] if kept or null}
                       for record in records] for kind, records in lists.items()}
        if r.random() < 0.3:
            thin["services"] = []
        with open(self.path("inclusion.json"), "w", encoding="utf-8") as f:
            json.dump(thin, f)
        self.run("directory", "import", self.path("inclusion.json"))

    def check(self, form):
        sent = self.export("directory", form, "sent")
        same = self.run("directory", "import", self.path("sent"), "--dry-run")
        if "ne contient aucune fiche" in same.stderr:
            return
        counts = dict(re.findall(r"^  (nouvelles|mises à jour|refusées|disparues)\s+(\d+)$", same.stdout, re.M))
        assert same.returncode == 0 and counts and all(n == "0" for n in counts.values()), (self.seed, form, same.stdout, same.stderr)
        if form == "xlsx":
            return  # it says when it was made
        self.run(form, "import", self.path("sent"))
        assert self.export(form, form, "again") == sent, (self.seed, form, "leaves an empty directory otherwise")


def main(program, fixtures, first=1, seeds=8):
    with open(os.path.join(fixtures, "directory", "places.csv"), newline="", encoding="utf-8") as f:
        places = list(csv.DictReader(f))
    with open(os.path.join(fixtures, "directory", "inclusion.json"), encoding="utf-8") as f:
        lists = json.load(f)
    for seed in range(int(first), int(first) + int(seeds)):
        with tempfile.TemporaryDirectory() as folder:
            trip = Trip(program, folder, seed)
            what = seed % 3  # places, records, both
            if what != 1:
                trip.add_places(places)
            if what != 0:
                trip.add_records(lists)
            for form in WHOLE if what else STANDARD + WHOLE:
                trip.check(form)


main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), *sys.argv[3:])
