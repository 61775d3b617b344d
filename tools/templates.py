#!/usr/bin/env python3
"""Compiles .html templates into typed C functions. The syntax is described in docs/templates.md.

    templates.py --root src --c OUT.c --h OUT.h [--depfile OUT.d --target NAME] FILE…

What is known of the page at build time is checked at build time: tags are balanced, attributes are
quoted, every value is escaped for the place where it stands, every word that a person reads is a
message that can be translated. What depends on types is left to the C compiler: values go through
_Generic (src/view/view.h), and #line makes its errors point to the template.
"""
import argparse
import os
import re
import sys
from dataclasses import dataclass, field, replace

import messages
from html_context import Context, HtmlError, feed, same_place, merge

TOKEN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
# A whole C expression is accepted but for what changes something.
C_TOKEN = re.compile(
    r'\s+|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)\'|[A-Za-z_]\w*|\d[\w.]*|->|==|!=|<=|>=|&&|\|\||[-+*/%!<>=.,()\[\]?:&]')
LITERAL_MAX = 3500  # ISO C only promises 4,095 bytes in a string literal


class TemplateError(Exception):
    def __init__(self, where, why):
        super().__init__(f"{where[0]}:{where[1]}: error: {why}")


# -- reading -----------------------------------------------------------------------------------------
@dataclass
class Token:
    kind: str  # text, value, tag
    text: str
    where: tuple


def tokenize(name, source):
    tokens, at, line = [], 0, 1
    for match in TOKEN.finditer(source):
        if match.start() > at:
            tokens.append(Token("text", source[at:match.start()], (name, line)))
            line += source.count("\n", at, match.start())
        whole = match.group()
        if whole.startswith("{{"):
            tokens.append(Token("value", whole[2:-2].strip(), (name, line)))
        elif whole.startswith("{%"):
            tokens.append(Token("tag", whole[2:-2].strip(), (name, line)))
        line += whole.count("\n")
        at = match.end()
    tokens.append(Token("text", source[at:], (name, line)))
    for token in tokens:
        if token.kind == "text" and re.search(r"\{%|\{\{|%\}|\}\}|\{#", token.text):
            raise TemplateError(token.where, "a directive is opened or closed alone")
    return tokens


@dataclass
class Node:
    kind: str  # text value if for render let block template
    where: tuple
    text: str = ""
    body: list = field(default_factory=list)      # nodes
    branches: list = field(default_factory=list)  # if: [(condition or None, nodes)]
    target: str = ""                              # for, let: the name


class Parser:
    """Nested lists of nodes from the flat tokens."""

    def __init__(self, tokens):
        self.tokens, self.at = tokens, 0
        self.meta = {"headers": [], "signature": None, "extends": None, "layout": False}

    def nodes(self, ends):
        out = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            word, _, rest = token.text.partition(" ") if token.kind == "tag" else ("", "", "")
            if token.kind == "tag" and word in ends:
                return out, token
            self.at += 1
            if token.kind == "text":
                out.append(Node("text", token.where, token.text))
            elif token.kind == "value":
                out.append(Node("value", token.where, token.text))
            else:
                self.directive(out, token, word, rest.strip())
        if ends:
            raise TemplateError(self.tokens[-1].where, f"missing {{% {ends[-1]} %}}")
        return out, None

    def directive(self, out, token, word, rest):
        where = token.where
        if word == "if":
            out.append(self.conditional(where, rest))
        elif word == "for":
            out.append(self.loop(where, rest))
        elif word == "block":
            if not re.fullmatch(r"[a-z_]+", rest):
                raise TemplateError(where, "a block has a name in small letters")
            body, _ = self.nodes(("endblock",))
            self.at += 1
            out.append(Node("block", where, rest, body))
        elif word == "render":
            if not re.fullmatch(r"[a-z]\w*\(.*\)", rest, re.S):
                raise TemplateError(where, "write {% render component(arguments) %}")
            out.append(Node("render", where, rest))
        elif word == "let":
            match = re.fullmatch(r"([a-z]\w*)\s*=\s*(.+)", rest, re.S)
            if not match:
                raise TemplateError(where, "write {% let name = expression %}")
            out.append(Node("let", where, match[2], target=match[1]))
        elif word == "header":
            self.meta["headers"].append(quoted(where, rest))
        elif word == "extends":
            self.meta["extends"] = quoted(where, rest)
        elif word == "layout":
            self.meta["layout"] = True
        elif word == "template":
            if not re.fullmatch(r"[a-z]\w*\(.*\)", rest, re.S):
                raise TemplateError(where, "write {% template name(const struct view_x *p) %}")
            if any(t.kind == "tag" and t.text == "endtemplate" for t in self.tokens):
                body, _ = self.nodes(("endtemplate",))
                self.at += 1
                out.append(Node("template", where, rest, body))
            else:
                self.meta["signature"] = rest
        else:
            raise TemplateError(where, f"unknown directive “{word}”")

    def conditional(self, where, condition):
        node = Node("if", where)
        while True:
            body, end = self.nodes(("elif", "else", "endif"))
            self.at += 1
            node.branches.append((condition, body))
            word, _, rest = end.text.partition(" ")
            if word == "endif":
                return node
            if condition is None:
                raise TemplateError(end.where, "nothing may follow {% else %} but {% endif %}")
            condition = rest.strip() if word == "elif" else None

    def loop(self, where, rest):
        match = re.fullmatch(r"([a-z]\w*)\s+in\s+(.+)", rest, re.S)
        parts = split_commas(match[2], where) if match else []
        if len(parts) != 2:
            raise TemplateError(where, "write {% for item in pointer, count %}")
        body, _ = self.nodes(("endfor",))
        self.at += 1
        return Node("for", where, ",".join(parts), body, target=match[1])


def quoted(where, text):
    match = re.fullmatch(r'"([^"]+)"', text)
    if not match:
        raise TemplateError(where, "a name between double quotes is expected")
    return match[1]


# -- expressions -------------------------------------------------------------------------------------
def lex(text, where, named=False):
    out, at = [], 0
    while at < len(text):
        match = C_TOKEN.match(text, at)
        if not match:
            raise TemplateError(where, f"“{text[at]}” is not allowed in an expression")
        if match.group().strip():
            out.append(match.group())
        at = match.end()
    if "=" in out and not named:
        raise TemplateError(where, f"an expression changes nothing: “=” in “{text}”")
    depth = 0
    for token in out:
        depth += (token in "([") - (token in ")]")
        if depth < 0:
            break
    if depth or not out:
        raise TemplateError(where, f"unbalanced or empty expression “{text}”")
    for a, b in zip(out, out[1:]):
        if a == b and a in "+-":
            raise TemplateError(where, "++ and -- are not allowed")
    return out


def split_commas(text, where):
    parts, depth, current = [], 0, []
    for token in lex(text, where) + [","]:
        if token == "," and depth == 0:
            parts.append(join(current))
            current = []
            continue
        depth += (token in "([") - (token in ")]")
        current.append(token)
    return parts


def join(tokens):
    out = ""
    for token in tokens:
        if out and (out[-1].isalnum() or out[-1] == "_") and (token[0].isalnum() or token[0] == "_"):
            out += " "
        out += token
    return out


def c_expression(text, where):
    """The C text; _("…") inside it becomes the translated struct str."""
    tokens, out, i = lex(text, where), [], 0
    while i < len(tokens):
        if tokens[i] == "_" and i + 3 < len(tokens) and tokens[i + 3] == ")":
            out.append(f"view_tr(v, {tokens[i + 2]})")
            i += 4
        elif tokens[i] in ("_", "n_"):
            raise TemplateError(where, "a message with values stands alone: {{ _(…) }}")
        else:
            out.append(tokens[i])
            i += 1
    return join(out)


def c_condition(text, where):
    """and, or, not and parentheses combine; each operand is true when it is there: not empty, not 0."""
    return condition_of(lex(text, where), where)


def condition_of(tokens, where):
    for word, operator in (("or", "||"), ("and", "&&")):
        parts, depth, current = [], 0, []
        for token in tokens:
            depth += (token in "([") - (token in ")]")
            if token == word and depth == 0:
                parts.append(current)
                current = []
            else:
                current.append(token)
        if parts:
            return "(" + f" {operator} ".join(condition_of(p, where) for p in parts + [current]) + ")"
    if not tokens:
        raise TemplateError(where, "an operand is missing")
    if tokens[0] == "not":
        return "!" + condition_of(tokens[1:], where)
    if tokens[0] == "(" and closing(tokens) == len(tokens) - 1 and {"and", "or", "not"} & set(tokens):
        return condition_of(tokens[1:-1], where)
    if {"and", "or", "not"} & set(tokens):
        raise TemplateError(where, "and, or, not stand between whole operands")
    return f"view_true({c_expression(join(tokens), where)})"


def closing(tokens):
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return i
    return -1


def message_call(text, where):
    """(kind, [msgid…], count expression, [(name, expression)]) of _(…) or n_(…), or None."""
    match = re.fullmatch(r"(_|n_)\((.*)\)", text, re.S)
    tokens = lex(text, where, named=True)
    if not match or closing(tokens[1:]) != len(tokens) - 2:
        return None
    parts, depth, current = [], 0, []
    # “name=value” is ours, not C: cut at commas first, then at the first “=”.
    for piece in re.findall(r'"(?:[^"\\\n]|\\.)*"|[^"]', match[2]):
        if piece == "," and depth == 0:
            parts.append("".join(current).strip())
            current = []
            continue
        depth += (piece in "([") - (piece in ")]")
        current.append(piece)
    parts.append("".join(current).strip())
    plural = match[1] == "n_"
    texts = parts[:2] if plural else parts[:1]
    if any(not re.fullmatch(r'"(?:[^"\\\n]|\\.)*"', t) for t in texts):
        raise TemplateError(where, "a message is a text between double quotes")
    rest, count = parts[len(texts):], None
    if plural:
        if not rest:
            raise TemplateError(where, "write n_(\"one\", \"many\", count, name=value)")
        count = rest.pop(0)
    args = []
    for part in rest:
        arg = re.fullmatch(r"([a-z]\w*)\s*=(?!=)\s*(.+)", part, re.S)
        if not arg:
            raise TemplateError(where, f"write name=value, not “{part}”")
        args.append((arg[1], arg[2]))
    return match[1], [messages.unquote(t) for t in texts], count, args


# -- writing C ---------------------------------------------------------------------------------------
def c_string(text):
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("??", "?\\?")
    return f'"{out}"'


VALUE = {  # context → function of view.h
    "text": "view_put_text", "rcdata": "view_put_attr", "attr": "view_put_attr",
    "url_start": "view_put_url", "url_path": "view_put_path", "url_query": "view_put_query"}


class Writer:
    def __init__(self):
        self.lines, self.static, self.depth = [], "", 1
        self.state = Context()
        self.scopes = 0

    def put(self, where, line):
        self.flush()
        self.lines.append(f'#line {where[1]} {c_string(where[0])}')
        self.lines.append("    " * self.depth + line)

    def flush(self):
        data, self.static = self.static, ""
        while data:
            cut = data[:LITERAL_MAX]
            data = data[LITERAL_MAX:]
            self.lines.append(f'{"    " * self.depth}view_raw(v, {c_string(cut)}, {len(cut.encode())});')

    def nodes(self, nodes):
        for node in nodes:
            try:
                getattr(self, "on_" + node.kind)(node)
            except HtmlError as e:
                raise TemplateError((node.where[0], node.where[1] + e.line), e) from None

    def on_text(self, node):
        out, self.state = feed(self.state, node.text)
        self.static += out

    def on_block(self, node):
        self.nodes(node.body)

    def on_value(self, node):
        place = self.state.value_place()
        literal = re.fullmatch(r'"(?:[^"\\\n]|\\.)*"', node.text)
        if literal and place in ("text", "rcdata", "attr"):
            self.static += escape(messages.unquote(node.text))
        elif node.text.startswith(("_(", "n_(")) and message_call(node.text, node.where):
            if place not in ("text", "rcdata", "attr"):
                raise TemplateError(node.where, "a message cannot stand in an address")
            self.message(node, place)
        else:
            self.put(node.where, f"{VALUE[place]}(v, {c_expression(node.text, node.where)});")
        self.state = self.state.after_value()

    def message(self, node, place):
        kind, texts, count, args = message_call(node.text, node.where)
        given = {name for name, _ in args} | ({"n"} if count else set())
        for text in texts:
            wanted = messages.placeholders(text)
            if not wanted <= given:
                raise TemplateError(node.where, f"no value for {{{min(wanted - given)}}}")
        if not args and not count:
            self.put(node.where, f"view_put_message(v, {message_key(texts[0])});")
            return
        unused = given - set().union(*(messages.placeholders(t) for t in texts)) - {"n"}
        if unused:
            raise TemplateError(node.where, f"{{{min(unused)}}} is not in the message")
        make = "view_arg_html" if place == "text" else "view_arg"
        pairs = ([("n", count)] if count else []) + args
        items = ", ".join(f"{make}({c_string(n)}, {c_expression(e, node.where)})" for n, e in pairs)
        array = f"(const struct i18n_arg[]){{{items}}}, {len(pairs)}"
        if count:
            self.put(node.where, f"view_put_plural(v, {message_key(texts[0])}, {c_string(texts[1])}, "
                                 f"(int64_t)({c_expression(count, node.where)}), {array});")
        else:
            self.put(node.where, f"view_put_format(v, {message_key(texts[0])}, {array});")

    def on_render(self, node):
        name, args = re.fullmatch(r"(\w+)\((.*)\)", node.text, re.S).groups()
        if self.state.value_place() != "text":
            raise TemplateError(node.where, "a component stands in the text of a page, not in a tag")
        args = c_expression(args, node.where) if args.strip() else ""
        self.put(node.where, f"{name}(v{', ' + args if args else ''});")

    def on_let(self, node):
        expression = c_expression(node.text, node.where)
        self.put(node.where, f"__typeof__({expression}) {node.target} = {expression};")

    def branch(self, nodes, start):
        self.state = start
        self.depth += 1
        self.nodes(nodes)
        self.flush()
        self.depth -= 1
        return self.state

    def on_if(self, node):
        start = self.state
        ends = []
        for i, (condition, body) in enumerate(node.branches):
            if condition is None:
                self.flush()
                self.lines.append("    " * self.depth + "} else {")
            else:
                head = "if" if i == 0 else "} else if"
                self.put(node.where, f"{head} ({c_condition(condition, node.where)}) {{")
            ends.append(self.branch(body, start))
        if node.branches[-1][0] is not None:
            ends.append(start)
        self.lines.append("    " * self.depth + "}")
        for end in ends[1:]:
            if not same_place(ends[0], end):
                raise TemplateError(node.where, "the branches of this {% if %} end at different places: "
                                    + describe(ends[0], end))
        self.state = merge(ends)

    def on_for(self, node):
        pointer, count = split_commas(node.text, node.where)
        pointer, count = (c_expression(e, node.where) for e in (pointer, count))
        start, item = self.state, node.target
        self.put(node.where, f"for (size_t {item}_index = 0; {item}_index < (size_t)({count}); {item}_index++) {{")
        self.put(node.where, f"    __typeof__(&({pointer})[0]) {item} = &({pointer})[{item}_index];")
        self.lines.append("    " * (self.depth + 1) + f"(void){item};")
        end = self.branch(node.body, start)
        self.lines.append("    " * self.depth + "}")
        if not same_place(start, end):
            raise TemplateError(node.where, "this {% for %} does not end where it began: " + describe(start, end))
        self.state = merge([start, end])


def message_key(text):
    return f"0x{messages.hash32(text):08x}u, {c_string(text)}"


def escape(text):
    for a, b in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;")):
        text = text.replace(a, b)
    return text


def describe(a, b):
    if a.stack != b.stack:
        return f"open tags <{'> <'.join(a.stack)}> and <{'> <'.join(b.stack)}>"
    return f"in {a.mode} and in {b.mode}"


# -- a whole file ------------------------------------------------------------------------------------
class Compiler:
    def __init__(self, root):
        self.root, self.read_files = root, []

    def parse(self, path):
        name = os.path.join(self.root, path)
        self.read_files.append(name)
        try:
            with open(name, encoding="utf-8") as f:
                source = f.read()
        except OSError as e:
            raise TemplateError((name, 1), e.strerror) from None
        parser = Parser(tokenize(name, source))
        nodes, _ = parser.nodes(())
        return nodes, parser.meta, name

    def assemble(self, path, blocks, headers):
        """Nodes of the outermost layout, with the blocks of those that extend it."""
        nodes, meta, name = self.parse(path)
        headers.extend(h for h in meta["headers"] if h not in headers)
        if not meta["extends"]:
            known = set()
            out = self.fill(nodes, blocks, known)
            for block, (where, _) in blocks.items():
                if block not in known:
                    raise TemplateError(where, f"the layout has no block “{block}”")
            return out, meta
        for node in nodes:
            if node.kind == "block":
                blocks.setdefault(node.text, (node.where, node.body))
            elif node.kind != "text" or node.text.strip():
                raise TemplateError(node.where, "everything stands in a block when a layout is extended")
        parent = self.assemble(meta["extends"], blocks, headers)
        if not parent[1]["layout"]:
            raise TemplateError((name, 1), f"{meta['extends']} is not a {{% layout %}}")
        return parent[0], meta

    def fill(self, nodes, blocks, known):
        out = []
        for node in nodes:
            if node.kind == "block":
                known.add(node.text)
                body = blocks[node.text][1] if node.text in blocks else node.body
                out.extend(self.fill(body, blocks, known))
            elif node.kind == "if":
                out.append(replace(node, branches=[(c, self.fill(b, blocks, known)) for c, b in node.branches]))
            elif node.kind == "for":
                out.append(replace(node, body=self.fill(node.body, blocks, known)))
            else:
                out.append(node)
        return out

    def compile(self, path):
        """(headers, [(prototype, lines of C)…]): a page, or the components of a file."""
        headers = []
        nodes, meta = self.assemble(path, {}, headers)
        where = (os.path.join(self.root, path), 1)
        if meta["layout"]:
            return headers, []
        if meta["signature"]:
            return headers, [self.function(meta["signature"], nodes, where)]
        out = []
        for node in nodes:
            if node.kind == "template":
                out.append(self.function(node.text, node.body, node.where))
            elif node.kind != "text" or node.text.strip():
                raise TemplateError(node.where, "nothing stands between {% template name(…) %}…{% endtemplate %}")
        if not out:
            raise TemplateError(where, "missing {% template name(…) %}")
        return headers, out

    def function(self, signature, nodes, where):
        name, params = re.fullmatch(r"(\w+)\((.*)\)", signature, re.S).groups()
        prototype = f"void {name}(struct view *v{', ' + params if params.strip() else ''})"
        writer = Writer()
        writer.nodes(strip_ends(nodes))
        writer.flush()
        if not same_place(writer.state, Context()):
            raise TemplateError(where, "at the end of the template: " + (
                f"<{writer.state.stack[-1]}> is still open" if writer.state.stack else "a tag is cut"))
        return prototype, writer.lines


def strip_ends(nodes):
    """No white space before the first tag and after the last one."""
    nodes = list(nodes)
    while nodes and nodes[0].kind == "text" and not nodes[0].text.strip():
        nodes.pop(0)
    while nodes and nodes[-1].kind == "text" and not nodes[-1].text.strip():
        nodes.pop()
    if nodes and nodes[0].kind == "text":
        text = nodes[0].text.lstrip()
        lost = nodes[0].text[:len(nodes[0].text) - len(text)].count("\n")
        nodes[0] = replace(nodes[0], text=text, where=(nodes[0].where[0], nodes[0].where[1] + lost))
    if nodes and nodes[-1].kind == "text":
        nodes[-1] = replace(nodes[-1], text=nodes[-1].text.rstrip())
    return nodes


def generate(root, files):
    """(text of the .c, text of the .h, files read)"""
    compiler = Compiler(root)
    headers, prototypes, code = [], [], []
    for path in files:
        wanted, functions = compiler.compile(path)
        headers.extend(h for h in wanted if h not in headers)
        for prototype, lines in functions:
            prototypes.append(prototype + ";")
            code.append("\n".join([prototype, "{", *lines, "}", ""]))
    guard = "TEMPLATES_" + f"{messages.hash32(' '.join(files)):08x}"
    includes = "\n".join(f'#include "{h}"' for h in ["view/view.h", *headers])
    h = (f"/* Made by tools/templates.py. */\n#ifndef {guard}\n#define {guard}\n\n{includes}\n\n"
         + "\n".join(prototypes) + "\n\n#endif\n")
    # A template with no value does not use its parameters; that is not a mistake.
    c = ('/* Made by tools/templates.py. */\n#pragma GCC diagnostic ignored "-Wunused-parameter"\n'
         + "{include}\n\n" + "\n".join(code))
    return c, h, compiler.read_files


def write_if_changed(path, text):
    try:
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return
    except OSError:
        pass
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--root", required=True)
    args.add_argument("--c", required=True)
    args.add_argument("--h", required=True)
    args.add_argument("--depfile")
    args.add_argument("files", nargs="+", help="relative to the root")
    args = args.parse_args()
    try:
        c, h, read = generate(args.root, args.files)
    except TemplateError as e:
        print(e, file=sys.stderr)
        return 1
    write_if_changed(args.h, h)
    write_if_changed(args.c, c.replace("{include}", f'#include "{os.path.basename(args.h)}"', 1))
    if args.depfile:
        tools = [os.path.join(os.path.dirname(os.path.abspath(__file__)), t)
                 for t in ("html_context.py", "messages.py")]
        with open(args.depfile, "w", encoding="utf-8") as f:
            f.write(f"{args.c} {args.h}: {' '.join(read + tools)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
