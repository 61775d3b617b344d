#!/usr/bin/env python3
"""Compiles src/hours/school_holidays.csv into a C table: school_holidays.py IN.csv OUT.h

One row a break: the last day with classes, the first day with classes again; the second is empty for the last
summer, as long as the return is not published: then we are sure until 20 August only. Before the first row of a
zone and after its last, nobody knows. Rows must be in order and must not overlap; anything else stops the build.
"""
import csv
import datetime
import sys

ZONES = ["A", "B", "C", "2", "971", "972", "973", "974", "975", "976", "977", "978"]


def main(source, target):
    zones = {z: [] for z in ZONES}
    with open(source, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            last = datetime.date.fromisoformat(row["last_class_day"])
            first = (datetime.date.fromisoformat(row["first_class_day"]) if row["first_class_day"]
                     else datetime.date(last.year, 8, 21))
            known = zones[row["zone"]]
            if first <= last or (first - last).days > 100:
                sys.exit(f"{source}: not a break: {row}")
            if known and last < known[-1][1]:
                sys.exit(f"{source}: out of order: {row}")
            known.append((last, first))
    epoch = datetime.date(1970, 1, 1)
    lines = ["/* Made by tools/school_holidays.py: do not edit. */"]
    ends = []
    n = 0
    lines.append("static const struct school_break breaks[] = {")
    for zone in ZONES:
        for last, first in zones[zone]:
            lines.append(f"    {{{(last - epoch).days + 1}, {(first - epoch).days - 1}}}, /* {zone} {last} {first} */")
        ends.append((n, n + len(zones[zone])))
        n += len(zones[zone])
    lines.append("};")
    lines.append("static const struct school_zone zones[] = {")
    lines += [f'    {{"{z}", {a}, {b}}},' for z, (a, b) in zip(ZONES, ends)]
    lines.append("};")
    with open(target, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


main(*sys.argv[1:])
