#!/usr/bin/env python3
"""Pictograms as C: web/icons.txt names those that the pages use.

    icons.py --web web --c OUT.c --h OUT.h

A line of icons.txt is “our_name tabler-name” (@tabler/icons, outline, MIT) or “our_name file.svg” for one
of ours in web/images/icons. Each becomes ICON_OUR_NAME and an inline <svg>.
"""
import argparse
import os
import re
import sys

from templates import c_string, write_if_changed


def shapes(path):
    """What is drawn, on one line, without the invisible frame that Tabler puts in each file."""
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"<!--.*?-->", "", f.read(), flags=re.S)
    inside = re.search(r"<svg[^>]*>(.*)</svg>", text, re.S)[1]
    inside = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inside)
    inside = re.sub(r"\s+", " ", inside)
    box = re.search(r'viewBox="([^"]+)"', text)[1]
    return box, re.sub(r" ?(/?>) ?", r"\1", inside).strip()


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--web", "--c", "--h"):
        args.add_argument(name, required=True)
    args = args.parse_args()
    if not os.path.isdir(os.path.join(args.web, "node_modules")):
        raise SystemExit(f"{args.web}: error: the web components are not installed: run “npm ci” in {args.web}")
    names, rows = [], []
    with open(os.path.join(args.web, "icons.txt"), encoding="utf-8") as f:
        lines = [line.split() for line in f if line.strip() and not line.startswith("#")]
    for line in lines:
        if len(line) != 2:
            raise SystemExit(f"{args.web}/icons.txt: error: “{' '.join(line)}”: a name and a file are expected")
        own = line[1].endswith(".svg")
        folder = "images/icons" if own else "node_modules/@tabler/icons/icons/outline"
        path = os.path.join(args.web, folder, line[1] if own else line[1] + ".svg")
        if not os.path.exists(path):
            raise SystemExit(f"{args.web}/icons.txt: error: no file {path}")
        box, drawn = shapes(path)
        kind = "icon own" if own else "icon"
        svg = (f'<svg class="{kind}" viewBox="{box}" width="24" height="24" aria-hidden="true" focusable="false">'
               f"{drawn}</svg>")
        names.append("ICON_" + line[0].upper())
        rows.append(f"    [{names[-1]}] = {{{c_string(svg)}, {len(svg.encode())}}},")
    write_if_changed(args.h, "\n".join([
        "/* Made by tools/icons.py. */", "#ifndef BALISE_VIEW_ICONS_H", "#define BALISE_VIEW_ICONS_H", "",
        "enum icon {", "    ICON_NONE,", *(f"    {n}," for n in names), "    ICON_COUNT", "};", "", "#endif", ""]))
    write_if_changed(args.c, "\n".join([
        "/* Made by tools/icons.py. */", '#include "view/view.h"', "",
        "static const struct html icons[ICON_COUNT] = {", '    [ICON_NONE] = {"", 0},', *rows, "};", "",
        "struct html icon(enum icon which)", "{", "    return icons[which];", "}", ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
