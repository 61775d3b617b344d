"""The template compiler refuses what would break a page, and says where; catalogues are complete."""
import os
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools"))

import messages  # noqa: E402
import po  # noqa: E402
import templates  # noqa: E402


def compiled(body, head="{% template page(const struct x *p) %}\n", **others):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"page.html": head + body, **others}.items():
            with open(os.path.join(folder, name.replace("__", ".")), "w", encoding="utf-8") as f:
                f.write(text)
        return templates.generate(folder, ["page.html"])[0]


class Refused(unittest.TestCase):
    def refused(self, body, why, **others):
        with self.assertRaises(templates.TemplateError) as caught:
            compiled(body, **others)
        self.assertIn(why, str(caught.exception))
        return str(caught.exception)

    def test_tags(self):
        self.refused("<div><p></div>", "</div> closes <p>")
        self.refused("</div>", "closes nothing")
        self.refused("<div>", "<div> is still open")
        self.refused("<div", "a tag is cut")
        self.refused("<div />", "not closed by />")
        self.refused("<DIV></DIV>", "small letters")
        self.refused("<p>1 < 2</p>", "&lt;")
        self.refused("<p>1 & 2</p>", "&amp;")
        self.refused("<!-- {{ p->x }} -->", "comment")

    def test_attributes(self):
        self.refused("<a href={{ p->x }}></a>", "must be quoted")
        self.refused("<input value=x>", "must be quoted")
        self.refused('<p class="a"id="b"></p>', "space is missing")
        self.refused('<p id="a" id="b"></p>', "given twice")
        self.refused("<p {{ p->x }}></p>", "not among the attributes")
        self.refused('<p onclick="x()"></p>', "refused")
        self.refused('<p style="color:red"></p>', "refused")
        self.refused('<img src="/a.png">', "alt")
        self.refused('<button>{{ p->x }}</button>', "type")
        self.refused('<iframe srcdoc="{{ p->x }}"></iframe>', "no value may stand in srcdoc")
        self.refused('<img alt="" srcset="{{ p->x }}">', "no value may stand in srcset")

    def test_addresses(self):
        self.refused('<a href="javascript:alert(1)">1</a>', "refused")
        self.refused('<a href="data:{{ p->x }}">1</a>', "refused")
        self.refused('<a href="{{ p->x }}{{ p->y }}">1</a>', "between two values")
        self.refused('<a href="{{ p->x }}:{{ p->y }}">1</a>', "comes / ? or #")
        self.refused('<a href="{{ _("Où") }}">1</a>', "message cannot stand in an address")

    def test_inline_code(self):
        self.refused("<script>alert(1)</script>", "has a src")
        self.refused('<script src="/a.js">{{ p->x }}</script>', "no value may stand in <script>")
        self.refused('<script src="/a.js">x</script>', "no text here")
        self.refused("<style>p{}</style>", "<style> is refused")

    def test_words_are_messages(self):
        self.refused("<p>Bonjour</p>", "words are messages")
        self.refused('<p title="Bonjour"></p>', "messages")
        self.refused('<img src="/a" alt="Bonjour">', "messages")
        compiled("<p>1 – 2 · 3 &amp; 4</p><code>GET /lieux</code>")

    def test_branches(self):
        self.refused("{% if p->x %}<div>{% endif %}", "different places")
        self.refused('<a {% if p->x %}href="{% endif %}"></a>', "different places")
        self.refused("{% for i in p->x, p->n %}<p>{% endfor %}", "does not end where it began")
        self.refused("{% if p->x %}<p>", "missing {% endif %}")
        self.refused("<p>{% else %}</p>", "unknown directive")
        self.refused("{% if p->x %}{% else %}{% else %}{% endif %}", "nothing may follow")
        self.refused('<a href="{% if p->x %}{{ p->x }}{% else %}/a{% endif %}/b">1</a>', "different places")
        compiled("{% if p->x %}<div>{% else %}<div class=\"b\">{% endif %}</div>")

    def test_expressions(self):
        for bad in ("p->x = 1", "p->x++", "f(); g()", "{0}", "p->x[", "", "#define"):
            self.refused("<p>{{ " + bad + " }}</p>", "error")
        self.refused("{% if p->x and %}1{% endif %}", "operand is missing")
        self.refused("{% if f(not p->x) %}1{% endif %}", "whole operands")

    def test_messages(self):
        self.refused('<p>{{ _("Bonjour {who}") }}</p>', "no value for {who}")
        self.refused('<p>{{ _("Bonjour", who=p->x) }}</p>', "{who} is not in the message")
        self.refused('<p>{{ _(p->x) }}</p>', "between double quotes")
        self.refused('<p>{{ n_("un", "deux") }}</p>', "n_(")

    def test_layouts(self):
        frame = "{% layout %}<main>{% block body %}{% endblock %}</main>"
        head = '{% extends "frame.html" %}'
        self.refused(head + "{% block other %}{% endblock %}", "no block “other”", frame__html=frame)
        self.refused(head + "<p></p>", "in a block", frame__html=frame)
        self.refused(head + "{% block body %}<p>{% endblock %}", "</main> closes <p>", frame__html=frame)
        self.refused(head, "not a {% layout %}", frame__html="<main></main>")

    def test_the_place_is_said(self):
        self.assertIn("page.html:4: error", self.refused("<p>\n  1\n  Bonjour</p>", "words"))
        self.assertIn("page.html:4: error", self.refused("<p>\n  1\n  {{ p->x = 2 }}</p>", "changes nothing"))


class Written(unittest.TestCase):
    def test_lines_point_to_the_template(self):
        code = compiled("<p>\n  {{ p->x }}</p>")
        self.assertRegex(code, r'#line 3 "[^"]*page\.html"\n +view_put_text\(v, p->x\);')

    def test_context_of_each_value(self):
        code = compiled('<p title="{{ a }}"><a href="{{ b }}">{{ c }}</a><a href="/x/{{ d }}?e={{ e }}">1</a></p>')
        for call in ("view_put_attr(v, a)", "view_put_url(v, b)", "view_put_text(v, c)", "view_put_path(v, d)",
                     "view_put_query(v, e)"):
            self.assertIn(call, code)

    def test_conditions(self):
        code = compiled("{% if a and not (b or p->n > 1) %}1{% endif %}")
        self.assertIn("(view_true(a) && !(view_true(b) || view_true(p->n>1)))", code)

    def test_spaces_are_reduced(self):
        self.assertIn('"<p>\\n1 2\\n</p>"', compiled("<p>\n\n    1  2\n  </p>"))

    def test_long_texts_are_cut(self):
        code = compiled("<p>" + "é" * 0 + "1" * 9000 + "</p>")
        self.assertEqual(code.count("view_raw("), 3)


class Catalogues(unittest.TestCase):
    def test_extraction(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.c")
            with open(path, "w", encoding="utf-8") as f:
                f.write('x(N_("un")); i18n_text(lang, "deux"); view_tr(v, "tr" "ois"); /* N_("non") */\n'
                        'i18n_format(a, rq->lang,\n   "quatre {n}", ARG_I("n", 4)); i18n_plural(a, lang, "l’un", "les {n}", 2);'
                        'fn_("non"); view_tr(v, name);')
            found = messages.extract([path])
        self.assertEqual(list(found), ["un", "deux", "trois", "quatre {n}", "l’un"])
        self.assertEqual(found["l’un"].many, "les {n}")

    def test_faults(self):
        found = {m.one: m for m in (messages.Message("a {x}"), messages.Message("b", "{n} b"),
                                    messages.Message("c"), messages.Message("d"))}
        entries = {"a {x}": ["A {y}"], "b": ["B", ""], "c": ["C"], "e": ["E"]}
        said = messages.faults(found, entries, {"b": "{n} b"})
        self.assertEqual(len(said), 4, said)

    def test_typography(self):
        self.assertEqual(po.typography("« Où ? » : 5 %"), "«\u00a0Où\u00a0?\u00a0»\u00a0: 5\u00a0%")

    def test_the_site_is_translated(self):
        _, files = messages.source_files(os.path.join(ROOT, "src"))
        found = messages.extract(files)
        self.assertGreater(len(found), 20)
        for name in os.listdir(os.path.join(ROOT, "locale")):
            with self.subTest(name):
                _, entries, plurals, _ = messages.read_po(os.path.join(ROOT, "locale", name))
                self.assertEqual(messages.faults(found, entries, plurals), [])


if __name__ == "__main__":
    unittest.main()
