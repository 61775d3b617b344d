#include "base_check.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/utf8.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(SIZE_MAX);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define assert_fold(text, expected) assert_str(text_fold(a, STR(text)), expected)

static void fold_french(void **state)
{
    (void)state;
    assert_fold("L'Œuvre d'Été — n°2", "l oeuvre d ete n 2");
    assert_fold("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ", "aaaceeeeiioouuuy");
    assert_fold("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy");
    assert_fold("cœur CŒUR Æthelred ex-æquo", "coeur coeur aethelred ex aequo");
    assert_fold("Aujourd’hui, l‘aide aujourd'hui", "aujourd hui l aide aujourd hui");
    assert_fold("35 000 €", "35 000");
    assert_fold("« C.C.A.S. »", "c c a s");
    assert_fold("", "");
    assert_fold("  —…!  ", "");
    assert_fold("a", "a");
    assert_fold("Saint-Jean-de-Braye", "saint jean de braye");
}

static void fold_the_rest_of_the_world(void **state)
{
    (void)state;
    assert_fold("e\xCC\x81te\xCC\x81", "ete"); /* decomposed */
    assert_fold("Straße ẞ", "strasse ss");
    assert_fold("Øre Łódź đ ħ ı İstanbul", "ore lodz d h i istanbul");
    assert_fold("Ångström ÅNGSTRÖM", "angstrom angstrom");
    assert_fold("m² ½ ﬁn № 1ᵉʳ", "m2 1 2 fin no 1er");
    assert_fold("nº 2 n° 2", "n 2 n 2");
    assert_fold("Ａ１", "a1"); /* full width */
    assert_fold("Привет Ёлка", "привет елка");
    assert_fold("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ");
    assert_fold("مُحَمَّد", "محمد");         /* vowel marks */
    assert_fold("co\xC2\xADop", "coop"); /* soft hyphen */
    assert_fold("a\xE2\x80\x8B"
                "b\xEF\xBB\xBF"
                "c",
                "a bc"); /* zero width space separates, BOM not */
    assert_fold("🙂a🙂b🙂", "a b");
    assert_fold("a\0b", "a b");
    assert_fold("ʻOkina l\xCA\xBC"
                "aide",
                "okina l aide");
}

static void fold_bad_bytes(void **state)
{
    (void)state;
    assert_fold("caf\xE9 cr\xE8me", "caf cr me");
    assert_fold("\xFF\xFE"
                "a\xC3",
                "a");
    assert_fold("\xED\xA0\x80x\xF0\x9F\x99", "x");
}

static void fold_long_text(void **state)
{
    (void)state;
    struct buf in, out, max;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 10000; i++)
        buf_lit(&in, i % 2 ? "Été " : "\xEF\xB7\xBA "); /* U+FDFA becomes four words */
    struct str folded = text_fold(a, buf_str(&in));
    assert_true(str_starts(folded, STR("صلى الله عليه وسلم ete صلى")));
    assert_true(str_ends(folded, STR(" ete")));
    text_fold_into(&out, buf_str(&in));
    assert_str_eq(buf_str(&out), folded);
    /* a maximum that is just enough is enough, one byte less is not */
    buf_init(&max, folded.n);
    text_fold_into(&max, buf_str(&in));
    assert_false(max.failed);
    buf_deinit(&max);
    buf_init(&max, folded.n - 1);
    text_fold_into(&max, buf_str(&in));
    assert_true(max.failed);
    buf_deinit(&max);
    buf_deinit(&in);
    buf_deinit(&out);
}

/* For each code point between letters: folding twice changes nothing more, the words joined are the
 * folded text, and every result is UTF-8. */
static void every_code_point(void **state)
{
    (void)state;
    struct arena *local = arena_new(SIZE_MAX);
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp += cp < 0x3400 ? 1 : 7) {
        char text[16] = "Xa", joined[512];
        size_t n = 2, at = 0;
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        n += utf8_encode(cp, text + n);
        text[n++] = 'b';
        struct str s = {text, n}, folded = text_fold(local, s);
        struct text_word *words;
        size_t count = text_words(local, s, &words);
        for (size_t i = 0; i < count; i++) {
            if (i)
                joined[at++] = ' ';
            memcpy(joined + at, words[i].folded.p, words[i].folded.n);
            at += words[i].folded.n;
            if (!str_is_utf8(words[i].word) || words[i].start >= words[i].end || words[i].end > n ||
                !str_eq(text_fold(local, words[i].word), words[i].folded))
                fail_msg("word of U+%04X", cp);
        }
        if (!str_eq(text_fold(local, folded), folded) || !str_is_utf8(folded) ||
            !str_eq(folded, (struct str){joined, at}) || !str_starts(folded, STR("xa")))
            fail_msg("U+%04X", cp);
        struct str key = text_sort_key(local, s);
        struct str normal = text_normalize(local, s);
        if (!str_is_utf8(key) || !str_is_utf8(normal) ||
            !str_eq(text_normalize(local, normal), normal) ||
            (normal.n >= n && !str_eq(text_fold(local, normal), folded))) /* no control dropped */
            fail_msg("key or NFC of U+%04X", cp);
        if (cp % 1000 == 0)
            arena_reset(local);
    }
    arena_free(local);
}

#define assert_word(w, word_, folded_, start_, end_)                                               \
    do {                                                                                           \
        assert_str((w).word, word_);                                                               \
        assert_str((w).folded, folded_);                                                           \
        assert_int_equal((w).start, start_);                                                       \
        assert_int_equal((w).end, end_);                                                           \
    } while (0)

static void words_of_a_sentence(void **state)
{
    (void)state;
    struct text_word *w;
    assert_int_equal(text_words(a, STR("L'Œuvre d’Été — n°2"), &w), 6);
    assert_word(w[0], "l", "l", 0, 1);
    assert_word(w[1], "oeuvre", "oeuvre", 2, 8);
    assert_word(w[2], "d", "d", 9, 10);
    assert_word(w[3], "été", "ete", 13, 18);
    assert_word(w[4], "n", "n", 23, 24);
    assert_word(w[5], "2", "2", 26, 27);
    assert_int_equal(text_words(a, STR("aide"), &w), 1);
    assert_word(w[0], "aide", "aide", 0, 4);
    assert_int_equal(text_words(a, STR(""), &w), 0);
    assert_int_equal(text_words(a, STR(" .,; "), &w), 0);
    assert_non_null(w);
}

static void words_the_general_way(void **state)
{
    (void)state;
    struct text_word *w;
    /* a decomposed accent makes the same word as a composed one */
    assert_int_equal(text_words(a, STR("e\xCC\x81te\xCC\x81 suite"), &w), 2);
    assert_word(w[0], "été", "ete", 0, 7);
    assert_word(w[1], "suite", "suite", 8, 13);
    /* marks in the other order too: cedilla and acute */
    assert_int_equal(text_words(a, STR("c\xCC\x81\xCC\xA7"), &w), 1);
    assert_word(w[0], "ḉ", "c", 0, 5);
    assert_int_equal(text_words(a, STR("x½y"), &w), 2);
    assert_word(w[0], "x1", "x1", 0, 3);
    assert_word(w[1], "2y", "2y", 1, 4);
    assert_int_equal(text_words(a, STR("Привет, мир"), &w), 2);
    assert_word(w[1], "мир", "мир", 14, 20);
    assert_int_equal(text_words(a, STR("\xCC\x81 a"), &w), 1); /* a mark over nothing */
    assert_word(w[0], "a", "a", 3, 4);
    assert_int_equal(text_words(a, STR("caf\xE9s"), &w), 2);
    assert_word(w[0], "caf", "caf", 0, 3);
    assert_word(w[1], "s", "s", 4, 5);
    assert_int_equal(text_words(a, STR("co\xC2\xADop Øre"), &w), 2);
    assert_word(w[0], "coop", "coop", 0, 6);
    assert_word(w[1], "øre", "ore", 7, 11);
}

/* Thousands of marks on a letter must not take thousands squared steps. */
static void piles_of_marks(void **state)
{
    (void)state;
    struct buf b;
    struct text_word *w;
    buf_init(&b, 1 << 22);
    buf_char(&b, 'e');
    for (int i = 0; i < 200000; i++)
        buf_lit(&b, i % 2 ? "\xCC\x81" : "\xCC\xA7"); /* above, below */
    buf_lit(&b, " fin");
    assert_int_equal(text_words(a, buf_str(&b), &w), 2);
    assert_str(w[0].folded, "e");
    assert_str(w[1].folded, "fin");
    assert_str(text_fold(a, buf_str(&b)), "e fin");
    struct str normal = text_normalize(a, buf_str(&b));
    assert_true(normal.n < 100);
    assert_str_eq(text_normalize(a, normal), normal);
    buf_deinit(&b);
}

static void stems(void **state)
{
    (void)state;
    static const struct {
        const char *word, *stem;
    } cases[] = {{"numériques", "numer"},
                 {"numérique", "numer"},
                 {"accompagnements", "accompagn"},
                 {"accompagner", "accompagn"},
                 {"médiation", "mediat"},
                 {"médiations", "mediat"},
                 {"aides", "aid"},
                 {"aide", "aid"},
                 {"accès", "acces"},
                 {"ateliers", "ateli"},
                 {"où", "ou"},
                 {"à", "a"},
                 {"", ""},
                 {"35000", "35000"},
                 {"oeuvres", "oeuvr"}};
    struct text_stemmer *st = text_stemmer_new();
    assert_non_null(st);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str_eq(text_stem(st, a, str_from(cases[i].word)), str_from(cases[i].stem));
    char longest[200];
    memset(longest, 's', sizeof longest);
    struct str s = {longest, sizeof longest};
    assert_str_eq(text_stem(st, a, s), s);
    text_stem(st, a, STR("\xC3\xC3\xE9\xE9\xFF\xF0\x9F")); /* not text: no crash */
    text_stemmer_free(st);
    text_stemmer_free(NULL);
}

static void stop_words(void **state)
{
    (void)state;
    static const char *const yes[] = {"a", "de", "la", "les", "un", "pour",
                                      "l", "d",  "qu", "y",   "du", "vous"};
    static const char *const no[] = {"", "aide", "caf", "ccas", "z", "deux", "numerique", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!text_is_stop_word(str_from(yes[i])))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(text_is_stop_word(str_from(no[i])));
    assert_false(text_is_stop_word(STR_NONE));
}

static void slugs(void **state)
{
    (void)state;
    assert_str(text_slug(a, STR("Médiathèque de L'Hay-les-Roses"), 80),
               "mediatheque-de-l-hay-les-roses");
    assert_str(text_slug(a, STR("Médiathèque de L'Hay-les-Roses"), 30),
               "mediatheque-de-l-hay-les-roses");
    assert_str(text_slug(a, STR("Médiathèque de L'Hay-les-Roses"), 29), "mediatheque-de-l-hay-les");
    assert_str(text_slug(a, STR("Médiathèque de L'Hay-les-Roses"), 11), "mediatheque");
    assert_str(text_slug(a, STR("Médiathèque de L'Hay-les-Roses"), 12), "mediatheque");
    assert_str(text_slug(a, STR("Médiathèque"), 5), "media");
    assert_str(text_slug(a, STR("Médiathèque"), 0), "");
    assert_str(text_slug(a, STR("— ! —"), 20), "");
    assert_str(text_slug(a, STR("Дом Maison 家"), 20), "maison");
    assert_str(text_slug(a, STR("../<script>&\"'"), 20), "script");
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

/* Each list is in order, so every pair of it compares as its places do. */
static void check_order(const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            struct str x = str_from(list[i]), y = str_from(list[k]);
            int expected = sign((i > k) - (i < k));
            struct str kx = text_sort_key(a, x), ky = text_sort_key(a, y);
            if (sign(text_compare(x, y)) != expected || sign(str_cmp(kx, ky)) != expected)
                fail_msg("%s / %s", list[i], list[k]);
        }
}

static void french_order(void **state)
{
    (void)state;
    /* accents from left to right: CLDR's rule for fr (fr-CA alone reads them from the end) */
    static const char *const accents[] = {"cote", "coté", "côte", "côté"};
    static const char *const marks[] = {"e", "E", "é", "É", "è", "ê", "ë"};
    static const char *const cases[] = {"aide", "Aide", "AIDE", "aides"};
    static const char *const spaces[] = {"coop",    "co-op",      "coopérer",  "la poste",
                                         "LaPoste", "la poste b", "La Poste C"};
    check_order(accents, 4);
    check_order(marks, 7);
    check_order(cases, 4);
    check_order(spaces, 7);
    static const char *const mixed[] = {
        "",       "1",   "10",  "2",  "9e",          "a",    "à",         "age",  "Âge",
        "agneau", "B",   "c",   "ça", "coefficient", "cœur", "coexister", "oeuf", "OEUF",
        "œuf",    "Œuf", "øre", "z",  "Zoé",         "α",    "я"};
    check_order(mixed, sizeof mixed / sizeof *mixed);
}

static void sort_keys_are_storable(void **state)
{
    (void)state;
    static const char *const texts[] = {"Côté", "L'Œuvre d'Été",    "\x01\x02 x", "caf\xE9", "🙂",
                                        "ḉ",    "e\xCC\xA7\xCC\x81"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(str_is_utf8(text_sort_key(a, str_from(texts[i]))));
    assert_true(str_is_utf8(text_sort_key(a, STR("a\0b"))));
    assert_str(text_sort_key(a, STR("cote 12")), "cote12\1\1\1\2\2\2\2 ");
    assert_str(text_sort_key(a, STR("cote")), "cote");
    assert_str(text_sort_key(a, STR("")), "");
    /* composed and decomposed are the same text */
    assert_int_equal(text_compare(STR("été"), STR("e\xCC\x81te\xCC\x81")), 0);
    assert_true(text_compare(STR("a.b"), STR("a-b")) != 0); /* distinct texts, distinct keys */
}

static void normalization(void **state)
{
    (void)state;
    struct str same = STR("Déjà propre.\n\tSuite — «\xC2\xA0"
                          "fin\xC2\xA0» l’été 🙂");
    assert_ptr_equal(text_normalize(a, same).p, same.p);
    assert_str(text_normalize(a, STR("e\xCC\x81te\xCC\x81")), "été");
    assert_str(text_normalize(a, STR("c\xCC\x81\xCC\xA7")), "ḉ");
    assert_str(text_normalize(a, STR("a\r\nb\rc\nd\r")), "a\nb\nc\nd\n");
    assert_str(text_normalize(a, STR("a\0b\x07"
                                     "c\x7F"
                                     "d\xC2\x85"
                                     "e\x1B[2J")),
               "abcde[2J");
    assert_str(text_normalize(a, STR("caf\xE9!")), "caf\xEF\xBF\xBD!");
    assert_str(text_normalize(a, STR("\xE2\x82")), "\xEF\xBF\xBD"); /* one for the cut sequence */
    assert_str(text_normalize(a, STR("\xED\xA0\x80")), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_str(text_normalize(a, STR("ﬁ ² ½")), "ﬁ ² ½");    /* NFC, not NFKC */
    assert_str(text_normalize(a, STR("\xE2\x84\xAB")), "Å"); /* ångström sign: a singleton */
    assert_str(text_normalize(a, STR("\xE1\x84\x80\xE1\x85\xA1")), "가"); /* Hangul */
    assert_str(text_normalize(a, STR_NONE), "");
}

static void cp1252(void **state)
{
    (void)state;
    assert_str(text_from_cp1252(a, STR("caf\xE9 \x80 \x9Cuvre \x93oui\x94 \x85")),
               "café € œuvre “oui” …");
    assert_str(text_from_cp1252(a, STR("ASCII")), "ASCII");
    assert_str(text_from_cp1252(a, STR("\x81")), "\xC2\x81");
    assert_str(text_from_cp1252(a, STR_NONE), "");
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    struct str s = text_from_cp1252(a, (struct str){all + 1, 255});
    assert_true(str_is_utf8(s));
    assert_int_equal(str_length(s), 255);
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fold_french),
        TEST(fold_the_rest_of_the_world),
        TEST(fold_bad_bytes),
        TEST(fold_long_text),
        TEST(every_code_point),
        TEST(words_of_a_sentence),
        TEST(words_the_general_way),
        TEST(piles_of_marks),
        TEST(stems),
        TEST(stop_words),
        TEST(slugs),
        TEST(french_order),
        TEST(sort_keys_are_storable),
        TEST(normalization),
        TEST(cp1252),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
