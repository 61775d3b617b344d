#!/usr/bin/env python3
"""Compiles the messages of the sources and their catalogues into one table in C (see src/i18n/i18n.h).

    po.py --root src --c OUT.c --depfile OUT.d LANG=FILE.po…

A message without translation is shown in French, and said here; the tests refuse it.
"""
import argparse
import re
import sys

import messages
from templates import c_string, write_if_changed

NBSP = "\u00a0"


def typography(text):
    """French spaces that must not break: before : ; ? ! » % € and after «."""
    text = re.sub(r" ([:;?!»%€])", NBSP + r"\1", text)
    return text.replace("« ", "«" + NBSP)


def c_str(text):
    return "{" + c_string(text) + f", {len(text.encode())}" + "}"


def table(found, catalogues):
    """Open addressing: half empty, so that a message is found at the first or second look."""
    size = 64
    while size < 2 * len(found):
        size *= 2
    slots, entries = [0] * size, []
    for number, message in enumerate(found.values()):
        at = messages.hash32(message.one) % size
        while slots[at]:
            at = (at + 1) % size
        slots[at] = number + 1
        french = [typography(message.one), typography(message.many or message.one)]
        texts = [french]
        for entry in catalogues:
            forms = entry.get(message.one, [])
            texts.append(([forms[0], forms[-1]]) if forms and all(forms) else french)
        forms = ", ".join("{" + ", ".join(c_str(t) for t in pair) + "}" for pair in texts)
        entries.append(f"    {{{c_str(message.one)}, {{{forms}}}}},")
    return slots, entries


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--root", required=True)
    args.add_argument("--c", required=True)
    args.add_argument("--depfile", required=True)
    args.add_argument("catalogues", nargs="+", help="en=locale/en.po, in the order of enum lang after fr")
    args = args.parse_args()
    folders, files = messages.source_files(args.root)
    found = messages.extract(files)
    catalogues, paths = [], []
    for item in args.catalogues:
        lang, path = item.split("=", 1)
        _, entries, plurals, _ = messages.read_po(path)
        missing = [f for f in messages.faults(found, entries, plurals) if f.startswith("not translated")]
        if missing:
            print(f"warning: {path}: {len(missing)} messages without translation, "
                  "the first is " + missing[0][16:] + " (tools/messages.py update)", file=sys.stderr)
        catalogues.append(entries)
        paths.append(path)
    slots, entries = table(found, catalogues)
    lines = ["/* Made by tools/po.py. */", '#include "i18n/i18n.h"', "",
             f"static const struct i18n_entry entries[] = {{", *entries, "};", "",
             f"static const unsigned short slots[{len(slots)}] = {{"]
    for i in range(0, len(slots), 16):
        lines.append("    " + ", ".join(str(s) for s in slots[i:i + 16]) + ",")
    lines += ["};", "", f"const struct i18n_catalogue i18n_catalogue = {{entries, slots, {len(slots)}}};", ""]
    write_if_changed(args.c, "\n".join(lines))
    with open(args.depfile, "w", encoding="utf-8") as f:
        f.write(f"{args.c}: {' '.join(files + folders + paths)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
