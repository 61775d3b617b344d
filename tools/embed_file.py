#!/usr/bin/env python3
"""embed_file.py SYMBOL FILE OUT.c: the bytes of a file in the program, as SYMBOL_start and SYMBOL_size."""
import hashlib
import os
import sys

# The hash makes the C file, and so the object, change when the data do.
TEMPLATE = r"""/* Made by tools/embed_file.py; sha256 of the data: {hash} */
#include <stddef.h>
extern const char {symbol}_start[];
extern const size_t {symbol}_size;
const size_t {symbol}_size = {size};
__asm__(".section .rodata\n.balign 8\n.globl {symbol}_start\n{symbol}_start:\n"
        ".incbin \"{path}\"\n.byte 0\n.text\n");
"""


def embed(symbol, path, out):
    with open(path, 'rb') as file:
        data = file.read()
    with open(out, 'w', encoding='utf-8') as file:
        file.write(TEMPLATE.format(symbol=symbol, hash=hashlib.sha256(data).hexdigest(), size=len(data),
                                   path=os.path.abspath(path)))


if __name__ == '__main__':
    embed(*sys.argv[1:])
