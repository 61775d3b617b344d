#!/usr/bin/env python3
"""Counts what ran: JUnit files of meson, unittest and Node logs, steps that failed as a whole.

The last line is "N passed, N failed"; exit status 1 when something failed or nothing ran."""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET


def junit(path):
    passed = failed = 0
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"  failed: {path.stem.split('.')[0]} {case.get('classname', '')} {case.get('name', '')}")
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def log(path):
    """unittest's «Ran N tests», Node's «# pass N» / «# fail N»."""
    text = path.read_text(errors="replace")
    passed = failed = 0
    for ran in re.finditer(r"^Ran (\d+) tests? in", text, re.M):
        passed += int(ran[1])
    for bad in re.finditer(r"^FAILED \((.*)\)$", text, re.M):
        n = sum(int(x) for x in re.findall(r"(?:failures|errors)=(\d+)", bad[1]))
        passed, failed = passed - n, failed + n
    for kind, n in re.findall(r"^(?:#|ℹ) (pass|fail|cancelled) (\d+)$", text, re.M):
        if kind == "pass":
            passed += int(n)
        else:
            failed += int(n)
    return passed, failed


def main(folder):
    results = pathlib.Path(folder)
    passed = failed = 0
    for path in sorted(results.iterdir()):
        if path.name.endswith(".junit.xml"):
            p, f = junit(path)
        elif path.suffix == ".log" and not path.name.startswith(("build-", "tests-")):
            p, f = log(path)
            # A check that prints no count of its own (architecture) is one test.
            if p + f == 0 and not path.with_suffix(".failed").exists():
                p = 1
        else:
            continue
        passed, failed = passed + p, failed + f
        if f == 0 and path.name.endswith(".junit.xml"):
            step = results / f"tests-{path.name.removesuffix('.junit.xml')}.failed"
            failed += step.exists()
    for step in results.glob("*.failed"):
        if not step.name.startswith("tests-") or not (
            results / f"{step.stem.removeprefix('tests-')}.junit.xml"
        ).exists():
            counted = step.with_suffix(".log")
            if step.name.startswith(("build-", "tests-")) or log(counted)[1] == 0:
                failed += 1
                print(f"  failed: {step.stem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main(sys.argv[1]))
