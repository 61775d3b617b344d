/* Texts: damage of encodings, web pages, white space. */
#include "clean_check.h"

static struct cleaned line(struct arena *a, struct str v)
{
    return clean_text(a, v, false);
}

static struct cleaned lines(struct arena *a, struct str v)
{
    return clean_text(a, v, true);
}

static void right_texts_stay(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"Médiathèque", "Médiathèque", ""},
        {"L’Œuvre d’Été — « Château » à 5 €…", "L’Œuvre d’Été — « Château » à 5 €…", ""},
        {"  entouré  ", "entouré", ""}, /* spaces around do not count */
        {"", "", ""},
        {"moins de 18 ans & plus <18 ; 3 < 4 > 2", "moins de 18 ans & plus <18 ; 3 < 4 > 2", ""},
        {"Jean <jean@ville.example>", "Jean <jean@ville.example>", ""},
        {"R&D; AT&T", "R&D; AT&T", ""},
        {"&inconnue; &#xD800; &#0;", "&inconnue; &#xD800; &#0;", ""},
        {"Prix\xC2\xA0: 5\xC2\xA0€, «\xC2\xA0oui\xC2\xA0»", "Prix\xC2\xA0: 5\xC2\xA0€, «\xC2\xA0oui\xC2\xA0»", ""},
        {"12\xE2\x80\xAF" "000", "12\xE2\x80\xAF" "000", ""},
        {"São João, SÃO PAULO, Ångström, łódź, ÉTÉ", "São João, SÃO PAULO, Ångström, łódź, ÉTÉ", ""},
        {"مرحبا Привет 你好 👩\xE2\x80\x8D💻", "مرحبا Привет 你好 👩\xE2\x80\x8D💻", ""},
    };
    CHECK(line, cases);
}

static void misread_encodings(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"MÃ©diathÃ¨que", "Médiathèque", "texte.encodage"},
        {"MÃƒÂ©diathÃƒÂ¨que", "Médiathèque", "texte.encodage"}, /* twice */
        {"MÃƒÆ’Ã‚Â©diathÃƒÆ’Ã‚Â¨que", "Médiathèque", "texte.encodage"},
        {"lâ€™Å“uvre dâ€™Ã‰tÃ©", "l’œuvre d’Été", "texte.encodage"},
        {"CafÃ© Ã  la mairie", "Café à la mairie", "texte.encodage"},
        {"CafÃ© Ã\xC2\xA0la mairie, voilÃ", "Café àla mairie, voilà", "texte.encodage"},
        {"Â« oui Â» nÂ° 5 â‚¬", "« oui » n° 5 €", "texte.encodage"},
        {"â€œmotâ€\xC2\x9D et â€œmotâ€", "“mot” et “mot”", "texte.encodage"},
        {"\xC3\xA2\xC2\x80\xC2\x99t", "’t", "texte.encodage"}, /* as Latin-1 */
        {"\xC3\xAF\xC2\xBB\xC2\xBFNom", "Nom", "texte.encodage texte.invisibles"},
        {"d\xC2\x92""Anjou", "d’Anjou", "texte.encodage"},  /* a byte of Windows as a character… */
        {"Caf\xE9 de l\x92\xE9t\xE9", "Café de l’été", "texte.encodage"}, /* …and as it is */
        {"\xEF\x82\xB7 accueil", "• accueil", "texte.encodage"},
        {"re\xCC\x81union e\xCC\x80", "réunion è", "texte.accents"},
        {"Biblioth�que", NULL, NULL},
        {"Bibliothï¿½que", NULL, NULL},
        {"a\x81" "b", NULL, NULL},
    };
    CHECK(line, cases);
}

static void web_pages(void **state)
{
    (void)state;
    static const struct clean_case one_line[] = {
        {"<p>Bonjour</p><p>Accueil</p>", "Bonjour Accueil", "texte.html"},
        {"a<br>b<br/>c<BR />d", "a b c d", "texte.html"},
        {"<strong>Gratuit</strong>, <a href=\"https://x.example/?a=1&b=2\">ici</a>", "Gratuit, ici", "texte.html"},
        {"Aide &amp; conseil", "Aide & conseil", "texte.entites"},
        {"l&#39;&eacute;t&eacute; &laquo;&nbsp;ici&nbsp;&raquo;", "l'été «\xC2\xA0ici\xC2\xA0»", "texte.entites"},
        {"&amp;amp;eacute; &#xE9; &#146;", "é é ’", "texte.entites"},
        {"&lt;b&gt;gras&lt;/b&gt;", "gras", "texte.entites texte.html"},
        {"a<script>alert('x')</script>b<style>p{}</style>c<!-- note -->d", "abcd", "texte.html"},
        {"<td>a</td><td>b</td>", "a b", "texte.html"},
        {"<br>", "", "texte.html"},
        {"x <b", "x <b", ""},
    };
    static const struct clean_case many_lines[] = {
        {"<p>Bonjour</p>\n<ul><li>un</li><li>deux</li></ul>", "Bonjour\n\n- un\n- deux", NULL},
        {"a<br><br>b", "a\nb", NULL},
        {"a\r\nb\rc\n\n\n\n  d  \n", "a\nb\nc\n\nd", "texte.espaces"},
        {"a\nb", "a\nb", ""},
    };
    CHECK(line, one_line);
    CHECK(lines, many_lines);
}

static void white_space(void **state)
{
    (void)state;
    static const struct clean_case cases[] = {
        {"a  b\tc\nd", "a b c d", "texte.espaces"},
        {"a\xC2\xA0" "b", "a b", "texte.espaces"},
        {"co\xC2\xADop \xE2\x80\x8B" "a\xEF\xBB\xBF", "coop a", "texte.invisibles"},
        {"a\x01" "b\x7F", "ab", "texte.invisibles"},
        {"\xE2\x80\xAEgauche", "gauche", "texte.invisibles"},
    };
    CHECK(line, cases);
}

/* Codes inside codes: stopped, not followed for ever. */
static void traps(void **state)
{
    (void)state;
    struct arena *a = arena_new(SIZE_MAX);
    char nested[4000];
    for (size_t i = 0; i + 4 < sizeof nested; i += 4)
        memcpy(nested + i, "<b<b", 4);
    struct cleaned c = clean_text(a, (struct str){nested, sizeof nested - 4}, false);
    assert_null(c.refused);
    size_t n = 0;
    for (int i = 0; i < 20; i++) {
        memcpy(nested + n, "&", 1);
        n++;
    }
    for (int i = 0; i < 20; i++) {
        memcpy(nested + n, "#38;", 4);
        n += 4;
    }
    c = clean_text(a, (struct str){nested, n}, false);
    assert_non_null(c.refused);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_texts_stay), cmocka_unit_test(misread_encodings), cmocka_unit_test(web_pages),
        cmocka_unit_test(white_space),      cmocka_unit_test(traps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
