"""Where in an HTML document a template stands: enough of the HTML syntax to know how a value must be
escaped there, and strict where browsers are lenient, so that a mistake stops the build."""
import re
from dataclasses import dataclass, replace

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# Inside these, only what is known at build time may stand — and the site's CSP refuses inline code.
NO_CONTENT = frozenset(("script", "style", "iframe", "object", "noscript", "template", "math"))
RCDATA = frozenset(("title", "textarea"))
KEEP_SPACE = frozenset(("pre", "textarea"))
UNTRANSLATED = frozenset(("code", "pre", "svg"))  # words there are not for translation
URL_ATTRIBUTES = frozenset("href src action formaction cite poster data manifest ping xlink:href".split())
READ_ATTRIBUTES = frozenset("alt title placeholder label aria-label aria-description".split())
SCHEMES = frozenset(("http", "https", "mailto", "tel"))
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")


class HtmlError(Exception):
    def __init__(self, why, line=0):
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class Context:
    mode: str = "text"  # text, tag (between attributes), value (in a quoted attribute)
    stack: tuple = ()   # open elements
    tag: str = ""       # mode tag, value: the element being opened
    seen: frozenset = frozenset()  # its attributes so far
    spaced: bool = True            # mode tag: white space stands before this point
    attribute: str = ""
    quote: str = ""
    url: str = ""       # "" or start, whole (after a complete address), path, query

    def value_place(self):
        if self.mode == "text":
            if self.stack and self.stack[-1] in NO_CONTENT:
                raise HtmlError(f"no value may stand in <{self.stack[-1]}>")
            return "rcdata" if self.stack and self.stack[-1] in RCDATA else "text"
        if self.mode == "tag":
            raise HtmlError("a value may stand in a quoted attribute, not among the attributes")
        if self.attribute == "style" or self.attribute.startswith("on"):
            raise HtmlError(f"no value may stand in {self.attribute}=")
        if self.attribute in ("srcdoc", "srcset", "http-equiv", "is"):
            raise HtmlError(f"no value may stand in {self.attribute}=")
        if not self.url:
            return "attr"
        if self.url == "whole":
            raise HtmlError("put / ? or # between two values of an address")
        return "url_" + self.url

    def after_value(self):
        return replace(self, url="whole") if self.url == "start" else self


def same_place(a, b):
    return replace(a, seen=frozenset(), spaced=True) == replace(b, seen=frozenset(), spaced=True)


def merge(contexts):
    """One context for branches that end at the same place."""
    return replace(contexts[0], seen=frozenset().union(*(c.seen for c in contexts)),
                   spaced=all(c.spaced for c in contexts))


def feed(state, text):
    """Reads static text: returns what to send (spaces and comments reduced) and where we are then."""
    out, at = [], 0
    while at < len(text):
        try:
            if state.mode == "text":
                piece, at, state = in_text(state, text, at)
            elif state.mode == "tag":
                piece, at, state = in_tag(state, text, at)
            else:
                piece, at, state = in_value(state, text, at)
        except HtmlError as e:
            e.line = e.line or text.count("\n", 0, at)
            raise
        out.append(piece)
    return "".join(out), state


def in_text(state, text, at):
    inner = state.stack[-1] if state.stack else ""
    if inner in RCDATA:
        end = text.find("</" + inner, at)
        end = len(text) if end < 0 else end
    else:
        end = text.find("<", at)
        end = len(text) if end < 0 else end
    if end > at:
        return words(state, text[at:end]), end, state
    if text.startswith("<!--", at):
        end = text.find("-->", at)
        if end < 0:
            raise HtmlError("a comment is not closed, or holds a directive")
        return "", end + 3, state
    if text[at:at + 9].lower() == "<!doctype":
        end = text.index(">", at) + 1
        return text[at:end], end, state
    match = re.compile(r"</([a-z][a-z0-9-]*)\s*>").match(text, at)
    if match:
        if not state.stack or state.stack[-1] != match[1]:
            opened = f"<{state.stack[-1]}>" if state.stack else "nothing"
            raise HtmlError(f"</{match[1]}> closes {opened}")
        return f"</{match[1]}>", match.end(), replace(state, stack=state.stack[:-1])
    match = re.compile(r"<([a-z][a-zA-Z0-9-]*)(?=[\s/>]|$)").match(text, at)
    if not match:
        raise HtmlError("“<” must be written &lt;, and tags in small letters")
    if match[1] == "style":
        raise HtmlError("<style> is refused: styles are in web/styles")
    return match[0], match.end(), replace(state, mode="tag", tag=match[1], seen=frozenset(), spaced=False)


def words(state, text):
    inner = state.stack[-1] if state.stack else ""
    bare = ENTITY.sub("", text)
    if "&" in bare:
        raise HtmlError("“&” must be written &amp;")
    if inner in NO_CONTENT and bare.strip():
        raise HtmlError(f"<{inner}> has no text here: scripts are in web/scripts")
    if not UNTRANSLATED & set(state.stack) and any(c.isalpha() for c in bare):
        lead = next(i for i, c in enumerate(text) if c.isalpha())
        raise HtmlError(f'words are messages: {{{{ _("{text.strip()[:40]}") }}}}, or {{{{ "{text.strip()[:40]}" }}}} '
                        "for a name that no language changes", text[:lead].count("\n"))
    if KEEP_SPACE & set(state.stack):
        return text
    return re.sub(r"[ \t\n]+", lambda m: "\n" if "\n" in m[0] else " ", text)


def in_tag(state, text, at):
    match = re.compile(r"\s+").match(text, at)
    if match:
        # A trailing space may be followed by a directive; a leading one is written with the attribute.
        return "", match.end(), replace(state, spaced=True)
    match = re.compile(r"/?>").match(text, at)
    if match:
        void = state.tag in VOID
        if match[0] == "/>" and not void and "svg" not in state.stack + (state.tag,):
            raise HtmlError(f"<{state.tag}> is not closed by />")
        check_element(state)
        stack = state.stack if void or match[0] == "/>" else state.stack + (state.tag,)
        close = match[0] if not void else ">"
        return close, match.end(), Context(stack=stack)
    match = re.compile(r"([a-zA-Z_:@][\w:.@-]*)(\s*=\s*)?(.?)", re.S).match(text, at)
    if not match:
        raise HtmlError(f"“{text[at]}” is not allowed in a tag")
    name, equal, quote = match[1], match[2], match[3]
    if not state.spaced:
        raise HtmlError(f"a space is missing before {name}")
    if name in state.seen:
        raise HtmlError(f"{name} is given twice")
    if name.startswith("on") or name == "style":
        raise HtmlError(f"{name}= is refused: the site's policy forbids inline code and styles")
    state = replace(state, seen=state.seen | {name}, spaced=False)
    if not equal:
        return " " + name, match.end(1), state
    if quote not in ('"', "'") or not quote:
        raise HtmlError(f"{name}= must be quoted")
    url = "start" if name in URL_ATTRIBUTES else ""
    return f" {name}={quote}", match.end(), replace(state, mode="value", attribute=name, quote=quote, url=url)


def check_element(state):
    if state.tag == "script" and "src" not in state.seen:
        raise HtmlError("<script> has a src: inline code is refused")
    if state.tag == "img" and "alt" not in state.seen:
        raise HtmlError("<img> has an alt")
    if state.tag == "button" and "type" not in state.seen:
        raise HtmlError("<button> has a type")


def in_value(state, text, at):
    end = text.find(state.quote, at)
    closed = end >= 0
    end = end if closed else len(text)
    piece = text[at:end]
    if "&" in ENTITY.sub("", piece):
        raise HtmlError("“&” must be written &amp;")
    if state.attribute in READ_ATTRIBUTES and any(c.isalpha() for c in ENTITY.sub("", piece)):
        raise HtmlError(f"the words of {state.attribute}= are messages: {{{{ _(\"…\") }}}}")
    if state.url:
        state = replace(state, url=url_state(state.url, piece))
    piece = re.sub(r"\s*\n\s*", " ", piece)
    if not closed:
        return piece, end, state
    return piece + state.quote, end + 1, replace(
        state, mode="tag", attribute="", quote="", url="", spaced=False)


def url_state(url, piece):
    if not piece:
        return url
    if url == "start":
        match = re.match(r"([^/?#]*?):", piece)
        if match and match[1].lower() not in SCHEMES:
            raise HtmlError(f"addresses in “{match[1]}:” are refused")
    if url == "whole" and piece[0] not in "/?#":
        raise HtmlError("after the value of a whole address comes / ? or #")
    return "query" if url == "query" or "?" in piece or "#" in piece else "path"
