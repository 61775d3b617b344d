/* Compiled templates: every value comes out harmless, whatever the place; addresses, messages, formats. */
#include "canary_templates.h"
#include "view/templates.h"
#include "view/view.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CANARY "\"'<&>"
#define ESCAPED "&#34;&#39;&lt;&amp;&gt;"
#define NBSP "\u00a0"

struct page {
    struct arena *arena;
    struct buf out;
    struct view v;
};

static void page_begin(struct page *p, enum lang lang)
{
    p->arena = arena_new(1 << 20);
    buf_init(&p->out, 1 << 20);
    p->v = (struct view){.out = &p->out, .arena = p->arena, .lang = lang, .prefix = lang_prefix(lang),
                         .base_url = STR("https://balise.example"), .path = STR("/lieux")};
}

static void page_end(struct page *p)
{
    buf_deinit(&p->out);
    arena_free(p->arena);
}

static void assert_holds(const struct page *p, const char *what)
{
    if (str_find(buf_str(&p->out), str_from(what), 0) < 0)
        fail_msg("no “%s” in:\n%.*s", what, STR_ARG(buf_str(&p->out)));
}

static void assert_lacks(const struct page *p, const char *what)
{
    if (str_find(buf_str(&p->out), str_from(what), 0) >= 0)
        fail_msg("“%s” in:\n%.*s", what, STR_ARG(buf_str(&p->out)));
}

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_from(want)))
        fail_msg("got “%.*s”, want “%s”", STR_ARG(got), want);
}

static const struct canary_item items[] = {{STR_INIT("<Rennes>"), 1}, {STR_INIT("L'Île"), 2}};
static const struct canary canary = {
    .text = STR_INIT(CANARY), .cstr = CANARY, .url = STR_INIT("https://a.example/?b=1&c=\"'<"),
    .slug = STR_INIT("+33/é " CANARY), .raw = {"<svg></svg>", 11}, .total = -12,
    .items = items, .n_items = 2, .wanted = true,
};

static void every_place_escapes(void **state)
{
    (void)state;
    struct page p;
    page_begin(&p, LANG_FR);
    canary_page(&p.v, &canary);
    assert_lacks(&p, CANARY);
    assert_holds(&p, "<title>" ESCAPED "</title>");
    assert_holds(&p, "<p class=\"a\" title=\"" ESCAPED "\">" ESCAPED "|" ESCAPED "|-12</p>");
    assert_holds(&p, "title='" ESCAPED "'><svg></svg></p>");
    assert_holds(&p, "<a href=\"https://a.example/?b=1&amp;c=&#34;&#39;&lt;\">AT&amp;T &lt;b&gt;</a>");
    assert_holds(&p, "href=\"/lieux/+33%2F%C3%A9%20%22%27%3C%26%3E?q=%22%27%3C%26%3E&amp;n=-12#%2B33%2F");
    assert_holds(&p, ">Bonjour " ESCAPED " !</a>");
    assert_holds(&p, "href=\"tel:+33%2F");
    assert_holds(&p, "aria-label=\"Bonjour " ESCAPED " !\">Voir <svg></svg> ici</a>");
    assert_holds(&p, "<input name=\"x\" value=\"" ESCAPED "\" checked>");
    assert_holds(&p, "<textarea name=\"y\">" ESCAPED "\n  ·</textarea>");
    assert_holds(&p, "<b>2</b>");
    assert_holds(&p, "<li>0:&lt;Rennes&gt;:1 lieu à &lt;Rennes&gt;</li>");
    assert_holds(&p, "<li>1:L&#39;Île:2 lieux à L&#39;Île</li>");
    assert_holds(&p, "<p>" ESCAPED " 3</p>");
    assert_holds(&p, "<p>-24</p>");
    assert_lacks(&p, "goes nowhere");
    assert_lacks(&p, "nor does this");
    page_end(&p);
}

static void branches_follow_values(void **state)
{
    (void)state;
    struct canary c = {.open = true, .total = 1};
    struct page p;
    page_begin(&p, LANG_FR);
    canary_page(&p.v, &c);
    assert_holds(&p, "class=\"a open\"");
    assert_holds(&p, "<i>1</i>");
    assert_holds(&p, "value=\"\">");
    assert_holds(&p, "<p>2!</p>");
    assert_lacks(&p, "<li>");
    page_end(&p);

    c = (struct canary){0};
    page_begin(&p, LANG_FR);
    canary_page(&p.v, &c);
    assert_holds(&p, "<u>3</u>");
    canary_plain(&p.v);
    assert_holds(&p, "<hr>");
    page_end(&p);
}

static void unsafe_addresses_lead_nowhere(void **state)
{
    (void)state;
    static const char *const bad[] = {"javascript:alert(1)", "JaVaScRiPt:x", "java\nscript:x", " javascript:x",
                                      "data:text/html,x", "vbscript:x", "\x01javascript:x", "", ":x",
                                      "https://a.example/a b", "\\\\a.example", "file:///etc/passwd"};
    static const char *const good[] = {"https://a.example", "HTTP://a.example", "/lieux", "lieux?a=b:c", "#ici",
                                       "mailto:a@b.example", "tel:+33261910011", "?page=2", "//a.example/x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct canary c = {.url = str_from(bad[i])};
        struct page p;
        page_begin(&p, LANG_FR);
        canary_page(&p.v, &c);
        assert_holds(&p, "<a href=\"#\">AT");
        page_end(&p);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(url_is_safe(str_from(good[i])));
    assert_str(url_host(STR("https://www.exemple.example/aide?x")), "www.exemple.example");
    assert_str(url_host(STR("exemple")), "exemple");
}

static void messages_follow_the_language(void **state)
{
    (void)state;
    struct page p;
    page_begin(&p, LANG_FR);
    assert_str(view_tr(&p.v, "Besoin de parler à quelqu’un ?"), "Besoin de parler à quelqu’un" NBSP "?");
    struct view_pages pages = {21, 40, 1234, STR("/lieux"), STR("/lieux?page=3&q=\"")};
    view_pagination(&p.v, &pages);
    assert_holds(&p, "21 à 40 sur 1" NBSP "234");
    assert_holds(&p, "href=\"/lieux?page=3&amp;q=&#34;\"");
    page_end(&p);

    page_begin(&p, LANG_EN);
    assert_str(view_tr(&p.v, "Besoin de parler à quelqu’un ?"), "Need to talk to someone?");
    view_pagination(&p.v, &pages);
    assert_holds(&p, "21 to 40 of 1,234");
    struct view_error errors[] = {{STR("ou"), STR(CANARY)}};
    view_error_summary(&p.v, errors, 1);
    assert_holds(&p, "<a href=\"#ou\">" ESCAPED "</a>");
    page_end(&p);
}

static void plurals_follow_the_language(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    assert_str(i18n_plural(a, LANG_FR, "{n} chat", "{n} chats", 0), "0 chat");
    assert_str(i18n_plural(a, LANG_FR, "{n} chat", "{n} chats", 1), "1 chat");
    assert_str(i18n_plural(a, LANG_FR, "{n} chat", "{n} chats", 2), "2 chats");
    assert_str(i18n_plural(a, LANG_EN, "{n} chat", "{n} chats", 0), "0 chats");
    assert_str(i18n_plural(a, LANG_EN, "{n} chat", "{n} chats", 1), "1 chat");
    assert_str(i18n_plural(a, LANG_FR, "Un point est à corriger", "{n} points sont à corriger", 3),
               "3 points sont à corriger");
    assert_str(i18n_format(a, LANG_FR, "{a} et {b}, {a} {c", ARG_S("a", STR("x")), ARG_I("b", 1000)),
               "x et 1" NBSP "000, x {c");
    arena_free(a);
}

static void formats(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    assert_str(format_number(a, LANG_FR, 0), "0");
    assert_str(format_number(a, LANG_FR, -1234567), "-1" NBSP "234" NBSP "567");
    assert_str(format_number(a, LANG_EN, 1000000), "1,000,000");
    assert_str(format_number(a, LANG_EN, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_str(format_distance(a, LANG_FR, 0), "0" NBSP "m");
    assert_str(format_distance(a, LANG_FR, 804), "800" NBSP "m");
    assert_str(format_distance(a, LANG_FR, 996), "1" NBSP "km");
    assert_str(format_distance(a, LANG_FR, 1240), "1,2" NBSP "km");
    assert_str(format_distance(a, LANG_EN, 1240), "1.2" NBSP "km");
    assert_str(format_distance(a, LANG_FR, 2000), "2" NBSP "km");
    assert_str(format_distance(a, LANG_FR, 9960), "10" NBSP "km");
    assert_str(format_distance(a, LANG_FR, 11400), "11" NBSP "km");
    assert_str(format_distance(a, LANG_FR, -1), "");
    assert_str(format_distance(a, LANG_FR, 0.0 / 0.0), "");
    struct civil_date d = {2026, 12, 8}, first = {2027, 1, 1}, bad = {2026, 2, 30};
    assert_str(format_date(a, LANG_FR, d), "mardi 8" NBSP "décembre 2026");
    assert_str(format_date(a, LANG_EN, d), "Tuesday 8" NBSP "December 2026");
    assert_str(format_date_short(a, LANG_FR, first), "1er" NBSP "janvier 2027");
    assert_str(format_date_short(a, LANG_EN, first), "1" NBSP "January 2027");
    assert_str(format_date(a, LANG_FR, bad), "");
    assert_str(format_phone(a, STR("+33261910011")), "02" NBSP "61" NBSP "91" NBSP "00" NBSP "11");
    assert_str(format_phone(a, STR("+262262200000")), "02" NBSP "62" NBSP "20" NBSP "00" NBSP "00");
    assert_str(format_phone(a, STR("+596696000000")), "06" NBSP "96" NBSP "00" NBSP "00" NBSP "00");
    assert_str(format_phone(a, STR("+262262")), "+262262");
    assert_str(format_phone(a, STR("+687262728")), "+687262728");
    assert_str(format_phone(a, STR("+3326191001x")), "+3326191001x");
    assert_str(format_phone(a, STR("3230")), "3230");
    assert_str(format_bytes(a, LANG_FR, 999), "999" NBSP "octets");
    assert_str(format_bytes(a, LANG_FR, 12345), "12" NBSP "ko");
    assert_str(format_bytes(a, LANG_FR, 3449999), "3,4" NBSP "Mo");
    assert_str(format_bytes(a, LANG_EN, 3449999), "3.4" NBSP "MB");
    assert_str(format_weekday(LANG_FR, 8), "");
    arena_free(a);
}

static void addresses(void **state)
{
    (void)state;
    struct page p;
    page_begin(&p, LANG_EN);
    assert_str(view_link(&p.v, "/lieux"), "/en/lieux");
    assert_str(view_link_to(&p.v, "/lieux/", STR("a/b?é")), "/en/lieux/a%2Fb%3F%C3%A9");
    p.v.path = STR("/lieux/é");
    p.v.query = STR("q=a&page=2");
    assert_str(view_in_lang(&p.v, LANG_FR), "/lieux/%C3%A9?q=a&page=2");
    assert_str(view_in_lang(&p.v, LANG_EN), "/en/lieux/%C3%A9?q=a&page=2");
    assert_str(view_canonical(&p.v, LANG_EN), "https://balise.example/en/lieux/%C3%A9");
    p.v.path = STR("/");
    p.v.query = STR_NONE;
    assert_str(view_in_lang(&p.v, LANG_FR), "/");
    assert_str(view_in_lang(&p.v, LANG_EN), "/en");
    p.v.canonical = STR("/lieux?theme=x");
    assert_str(view_canonical(&p.v, LANG_FR), "https://balise.example/lieux?theme=x");
    page_end(&p);
}

static void too_long_a_page_says_so(void **state)
{
    (void)state;
    struct page p;
    page_begin(&p, LANG_FR);
    buf_deinit(&p.out);
    buf_init(&p.out, 100);
    canary_page(&p.v, &canary);
    assert_int_equal(view_end(&p.v), ERR_LIMIT);
    page_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place_escapes),          cmocka_unit_test(branches_follow_values),
        cmocka_unit_test(unsafe_addresses_lead_nowhere), cmocka_unit_test(messages_follow_the_language),
        cmocka_unit_test(plurals_follow_the_language),  cmocka_unit_test(formats),
        cmocka_unit_test(addresses),                    cmocka_unit_test(too_long_a_page_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
