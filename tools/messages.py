#!/usr/bin/env python3
"""The messages that people read: where they are in the sources, and their catalogues.

    messages.py check    fails when a catalogue lacks a message, keeps one that is gone, or breaks one
    messages.py update   adds the missing entries (to translate) to locale/*.po and drops the stale ones

A message is French text: _("…") in a template; in C, the text given to _(), N_(), view_tr(), i18n_text()
or i18n_format(). n_("un", "plusieurs", …) and i18n_plural() have two forms.
"""
import os
import re
import sys
from dataclasses import dataclass

STRING = r'"(?:[^"\\\n]|\\.)*"'
SPACES = r"[\s\\]*"  # a C macro may be continued on the next line
STRINGS = rf"{STRING}(?:\s*{STRING})*"  # "one " "two"
# Up to the text there may be one or two arguments without comma of their own: (v, (a, rq->lang,
BEFORE = r"(?:[\w>.*&()\[\]-]+,\s*){0,2}?"
SINGLE = re.compile(rf"\b(?:N?_|view_tr|i18n_text|i18n_format(?:_args)?)\(\s*{BEFORE}({STRINGS})")
PLURAL = re.compile(rf"\b(?:n_|i18n_plural(?:_args)?)\(\s*{BEFORE}({STRINGS}),\s*({STRINGS})")
PLACEHOLDER = re.compile(r"\{([a-z]\w*)\}")


def hash32(text):
    """FNV-1a, as in src/i18n/i18n.c."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def unquote(literal):
    """The text of one or several adjacent C string literals."""
    escapes = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'", "?": "?"}
    text = "".join(m[1] for m in re.finditer(r'"((?:[^"\\\n]|\\.)*)"', literal))
    return re.sub(r"\\(.)", lambda m: escapes[m[1]], text)


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def placeholders(text):
    return set(PLACEHOLDER.findall(text))


@dataclass
class Message:
    one: str
    many: str = ""  # "" when there is one form
    where: str = ""


def source_files(root):
    """(folders, files): every template and C file under the root."""
    folders, files = [], []
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        folders.append(folder)
        files += [os.path.join(folder, n) for n in sorted(names) if n.endswith((".c", ".h", ".html"))]
    return folders, files


def extract(files):
    """msgid → Message, in order of file and place."""
    found = {}
    for path in files:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r"\{#.*?#\}", "", text, flags=re.S) if path.endswith(".html") else without_comments(text)
        hits = [(m.start(), unquote(m[1]), "") for m in SINGLE.finditer(text)]
        hits += [(m.start(), unquote(m[1]), unquote(m[2])) for m in PLURAL.finditer(text)]
        for _, one, many in sorted(hits):
            known = found.setdefault(one, Message(one, many, path))
            if many and known.many and known.many != many:
                raise SystemExit(f"{path}: error: two plurals for “{one}”")
            known.many = known.many or many
    found.pop("", None)
    return found


def without_comments(text):
    return re.sub(rf'({STRING})|//[^\n]*|/\*.*?\*/', lambda m: m[1] or " ", text, flags=re.S)


# -- catalogues --------------------------------------------------------------------------------------
def read_po(path):
    """(head, msgid → [forms], plurals msgid → msgid_plural, notes msgid → comment lines)"""
    entries, plurals, notes, head = {}, {}, {}, ""
    with open(path, encoding="utf-8") as f:
        blocks = re.split(r"\n\s*\n", f.read().strip())
    for block in filter(None, blocks):
        fields, current, comment = {}, None, []
        for line in block.splitlines():
            match = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(".*")$', line)
            if line.startswith("#"):
                comment.append(line)
            elif match:
                current = match[1]
                if current in fields:
                    raise SystemExit(f"{path}: error: no empty line before “{line}”")
                fields[current] = unquote(match[2])
            elif re.fullmatch(r'\s*".*"', line) and current:
                fields[current] += unquote(line)
            else:
                raise SystemExit(f"{path}: error: this line is not understood: {line}")
        if "msgid" not in fields:
            raise SystemExit(f"{path}: error: an entry without msgid: {block[:60]}")
        key = fields["msgid"]
        if key == "":
            head = "\n".join(comment)
            continue
        if key in entries:
            raise SystemExit(f"{path}: error: “{key}” is there twice")
        forms = [fields["msgstr"]] if "msgstr" in fields else [
            fields.get("msgstr[0]", ""), fields.get("msgstr[1]", "")]
        entries[key], notes[key] = forms, comment
        plurals[key] = fields.get("msgid_plural", "")
    return head, entries, plurals, notes


def write_po(path, lang, head, found, entries, notes):
    out = [head + ("\n" if head else "") + 'msgid ""\nmsgstr ""\n'
           f'"Language: {lang}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
           '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"']
    for message in sorted(found.values(), key=lambda m: m.one.casefold()):
        forms = entries.get(message.one, [""])
        lines = list(notes.get(message.one, [])) + ["msgid " + quote(message.one)]
        if message.many:
            forms = (forms + ["", ""])[:2]
            lines += ["msgid_plural " + quote(message.many)]
            lines += [f"msgstr[{i}] {quote(form)}" for i, form in enumerate(forms)]
        else:
            lines += ["msgstr " + quote(forms[0])]
        out.append("\n".join(lines))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n\n".join(out) + "\n")


def faults(found, entries, plurals):
    """Sentences that say what is wrong in a catalogue."""
    out = []
    for key, message in found.items():
        forms = entries.get(key)
        if not forms or not all(forms) or (message.many and len(forms) != 2):
            out.append(f"not translated: “{key}” ({message.where})")
            continue
        if plurals.get(key, "") != message.many:
            out.append(f"plural differs from the source: “{key}”")
        wanted = placeholders(message.one) | placeholders(message.many)
        for form in forms:
            strange = placeholders(form) - wanted
            # "1 place" may leave {n} out; nothing else may be lost.
            lost = wanted - placeholders(form) - ({"n"} if message.many else set())
            if strange or lost:
                out.append(f"placeholders differ: “{key}” / “{form}”")
            if form.strip() != form and key.strip() == key:
                out.append(f"spaces at an end: “{form}”")
    out += [f"no longer in the sources: “{key}”" for key in entries if key not in found]
    return out


def main():
    base = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    _, files = source_files(os.path.join(base, "src"))
    found = extract([os.path.relpath(f) for f in files])
    folder = os.path.join(base, "locale")
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in ("check", "update"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    bad = 0
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".po")):
        path = os.path.join(folder, name)
        head, entries, plurals, notes = read_po(path)
        if command == "update":
            write_po(path, name[:-3], head, found, entries, notes)
            head, entries, plurals, notes = read_po(path)
        for fault in faults(found, entries, plurals):
            print(f"locale/{name}: {fault}", file=sys.stderr)
            bad += 1
    return 1 if bad and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
