#!/usr/bin/env python3
"""Pictograms as C: web/icons.txt names those that the pages use.

    icons.py --web web --src src --c OUT.c --h OUT.h --depfile OUT.d

Those that tables of values name (.icon = "file-text") are added by themselves. A line of icons.txt is “our_name tabler-name” (@tabler/icons, outline, MIT) or “our_name file.svg” for one
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


def named_in(src):
    """(icons that C tables name, files and folders read)"""
    named, read = set(), []
    for folder, _, names in os.walk(os.path.join(src, "modules")):
        read.append(folder)
        for name in names:
            if name.endswith(".c"):
                read.append(os.path.join(folder, name))
                with open(read[-1], encoding="utf-8") as f:
                    named |= set(re.findall(r'\.icon = "([a-z0-9-]+)"', f.read()))
    return named, read


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--web", "--src", "--c", "--h", "--depfile"):
        args.add_argument(name, required=True)
    args = args.parse_args()
    if not os.path.isdir(os.path.join(args.web, "node_modules")):
        raise SystemExit(f"{args.web}: error: the web components are not installed: run “npm ci” in {args.web}")
    names, rows = [], []
    with open(os.path.join(args.web, "icons.txt"), encoding="utf-8") as f:
        lines = [line.split() for line in f if line.strip() and not line.startswith("#")]
    known = {line[-1] for line in lines}
    named, sources = named_in(args.src)
    lines += [[n.replace("-", "_"), n] for n in sorted(named - known)]
    own_names = [line[0] for line in lines]
    if len(set(own_names)) != len(own_names):
        raise SystemExit(f"{args.web}/icons.txt: error: a name is given twice, or is that of another Tabler icon")
    tabler = []
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
        tabler.append(line[1])
        rows.append(f"    [{names[-1]}] = {{{c_string(svg)}, {len(svg.encode())}}},")
    write_if_changed(args.h, "\n".join([
        "/* Made by tools/icons.py. */", "#ifndef BALISE_VIEW_ICONS_H", "#define BALISE_VIEW_ICONS_H", "",
        "enum icon {", "    ICON_NONE,", *(f"    {n}," for n in names), "    ICON_COUNT", "};", "", "#endif", ""]))
    order = sorted(range(len(tabler)), key=lambda i: tabler[i])
    index = [f"    {{{c_string(tabler[i])}, {names[i]}}}," for i in order]
    write_if_changed(args.c, "\n".join([
        "/* Made by tools/icons.py. */", '#include "view/view.h"', "",
        "static const struct html icons[ICON_COUNT] = {", '    [ICON_NONE] = {"", 0},', *rows, "};", "",
        "struct html icon(enum icon which)", "{", "    return icons[which];", "}", "",
        "static const struct named {", "    const char *name;", "    enum icon icon;", "} by_name[] = {", *index, "};", "",
        "static int named_order(const void *key, const void *item)", "{",
        "    return strcmp(key, ((const struct named *)item)->name);", "}", "",
        "struct html icon_named(const char *name)", "{",
        "    const struct named *found = NULL;", "    if (name)",
        "        found = bsearch(name, by_name, sizeof by_name / sizeof *by_name, sizeof *by_name, named_order);",
        "    return icons[found ? found->icon : ICON_NONE];", "}", ""]))
    with open(args.depfile, "w", encoding="utf-8") as f:
        f.write(f"{args.c} {args.h}: {' '.join(sources)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
