#!/usr/bin/env python3
"""Builds the web assets (web/build.mjs) and embeds them in the program.

    assets.py --web web --out FOLDER --c OUT.c --depfile OUT.d

The C file holds a struct asset_table (src/http/http.h) over bytes included by the assembler.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys

from templates import c_string, write_if_changed


def build(web, out):
    if not os.path.isdir(os.path.join(web, "node_modules")):
        raise SystemExit(f"{web}: error: the web components are not installed: run “npm ci” in {web} "
                         "(./run and ./test do it)")
    done = subprocess.run(["node", os.path.join(web, "build.mjs"), out], check=False)
    if done.returncode:
        raise SystemExit(f"{web}: error: the web assets were not built")
    with open(os.path.join(out, "manifest.json"), encoding="utf-8") as f:
        return json.load(f)


def bytes_of(out, name, symbol):
    """(assembler lines, size). The hash makes the C file change with its bytes, so that it is compiled again."""
    path = os.path.abspath(os.path.join(out, name))
    with open(path, "rb") as f:
        data = f.read()
    digest = hashlib.sha256(data).hexdigest()[:16]
    return [f"/* {name} {digest} */",
            f'__asm__(".global {symbol}\\n.balign 16\\n{symbol}:\\n.incbin \\"{path}\\"\\n.byte 0\\n");',
            f"extern const char {symbol}[];"], len(data)


def generate(manifest, out):
    lines = ["/* Made by tools/assets.py. */", '#include "view/assets.h"', "",
             '__asm__(".pushsection .rodata\\n");']
    rows = []
    for number, asset in enumerate(manifest["assets"]):
        forms = []
        for form in ("raw", "gzip", "brotli"):
            if form not in asset:
                forms.append("{NULL, 0}")
                continue
            symbol = f"site_asset_{number}_{form}"
            code, size = bytes_of(out, asset[form], symbol)
            lines += code
            forms.append(f"{{{symbol}, {size}}}")
        rows.append(f"    {{{c_string(asset['path'])}, {c_string(asset['name'])}, {c_string(asset['type'])}, "
                    + ", ".join(forms) + "},")
    lines += ['__asm__(".popsection\\n");', "", "static const struct asset assets[] = {", *rows, "};", "",
              f"const struct asset_table site_assets = {{assets, {len(rows)}}};", ""]
    return "\n".join(lines)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--web", "--out", "--c", "--depfile"):
        args.add_argument(name, required=True)
    args = args.parse_args()
    manifest = build(args.web, args.out)
    write_if_changed(args.c, generate(manifest, args.out))
    folders = [os.path.join(args.web, f) for f in ("styles", "scripts", "images")]
    with open(args.depfile, "w", encoding="utf-8") as f:
        f.write(f"{args.c}: {' '.join(manifest['inputs'] + folders)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
