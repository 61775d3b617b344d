/* Tables of what is found in texts that went through other programs: bytes of Windows, entities and tags of web pages. */
#include "clean/private.h"

uint32_t clean_cp1252(unsigned char byte)
{
    static const uint16_t high[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}

static const struct entity {
    const char *name;
    uint16_t cp;
} entities[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},      {"apos", '\''},     {"nbsp", 0xA0},
    {"iexcl", 0xA1},    {"cent", 0xA2},     {"pound", 0xA3},    {"sect", 0xA7},     {"uml", 0xA8},      {"copy", 0xA9},
    {"ordf", 0xAA},     {"laquo", 0xAB},    {"shy", 0xAD},      {"reg", 0xAE},      {"deg", 0xB0},      {"plusmn", 0xB1},
    {"sup2", 0xB2},     {"sup3", 0xB3},     {"acute", 0xB4},    {"micro", 0xB5},    {"para", 0xB6},     {"middot", 0xB7},
    {"sup1", 0xB9},     {"ordm", 0xBA},     {"raquo", 0xBB},    {"frac14", 0xBC},   {"frac12", 0xBD},   {"frac34", 0xBE},
    {"iquest", 0xBF},   {"Agrave", 0xC0},   {"Aacute", 0xC1},   {"Acirc", 0xC2},    {"Atilde", 0xC3},   {"Auml", 0xC4},
    {"Aring", 0xC5},    {"AElig", 0xC6},    {"Ccedil", 0xC7},   {"Egrave", 0xC8},   {"Eacute", 0xC9},   {"Ecirc", 0xCA},
    {"Euml", 0xCB},     {"Igrave", 0xCC},   {"Iacute", 0xCD},   {"Icirc", 0xCE},    {"Iuml", 0xCF},     {"Ntilde", 0xD1},
    {"Ograve", 0xD2},   {"Oacute", 0xD3},   {"Ocirc", 0xD4},    {"Otilde", 0xD5},   {"Ouml", 0xD6},     {"times", 0xD7},
    {"Oslash", 0xD8},   {"Ugrave", 0xD9},   {"Uacute", 0xDA},   {"Ucirc", 0xDB},    {"Uuml", 0xDC},     {"szlig", 0xDF},
    {"agrave", 0xE0},   {"aacute", 0xE1},   {"acirc", 0xE2},    {"atilde", 0xE3},   {"auml", 0xE4},     {"aring", 0xE5},
    {"aelig", 0xE6},    {"ccedil", 0xE7},   {"egrave", 0xE8},   {"eacute", 0xE9},   {"ecirc", 0xEA},    {"euml", 0xEB},
    {"igrave", 0xEC},   {"iacute", 0xED},   {"icirc", 0xEE},    {"iuml", 0xEF},     {"ntilde", 0xF1},   {"ograve", 0xF2},
    {"oacute", 0xF3},   {"ocirc", 0xF4},    {"otilde", 0xF5},   {"ouml", 0xF6},     {"divide", 0xF7},   {"oslash", 0xF8},
    {"ugrave", 0xF9},   {"uacute", 0xFA},   {"ucirc", 0xFB},    {"uuml", 0xFC},     {"yuml", 0xFF},     {"OElig", 0x152},
    {"oelig", 0x153},   {"Yuml", 0x178},    {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009}, {"zwnj", 0x200C},
    {"zwj", 0x200D},    {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201A},
    {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"bull", 0x2022},   {"hellip", 0x2026}, {"permil", 0x2030},
    {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},  {"larr", 0x2190},   {"rarr", 0x2192},
    {"minus", 0x2212},  {"check", 0x2713},
};

/* &#233; and &#xE9;. Those of 128 to 159 are bytes of Windows, as browsers read them. */
static uint32_t numeric_entity(struct str digits)
{
    bool hex = digits.n > 1 && clean_lower(digits.p[0]) == 'x';
    uint32_t cp = 0;
    if (hex)
        digits = str_sub(digits, 1, digits.n);
    if (digits.n == 0 || digits.n > 7)
        return 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = clean_lower(digits.p[i]);
        if (clean_is_digit(c))
            cp = cp * (hex ? 16 : 10) + (uint32_t)(c - '0');
        else if (hex && c >= 'a' && c <= 'f')
            cp = cp * 16 + (uint32_t)(c - 'a' + 10);
        else
            return 0;
    }
    if (cp >= 0x80 && cp < 0xA0)
        return clean_cp1252((unsigned char)cp);
    return cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF) ? 0 : cp;
}

size_t clean_entity(struct str s, uint32_t *cp)
{
    enum { NAME_MAX_BYTES = 9 };
    size_t i = 1;
    while (i < s.n && i <= NAME_MAX_BYTES && (clean_is_digit(s.p[i]) || clean_is_letter(s.p[i]) || (s.p[i] == '#' && i == 1)))
        i++;
    if (i >= s.n || s.p[i] != ';' || i < 3)
        return 0;
    struct str name = str_sub(s, 1, i - 1);
    *cp = 0;
    if (name.p[0] == '#')
        *cp = numeric_entity(str_sub(name, 1, name.n));
    for (size_t k = 0; *cp == 0 && k < sizeof entities / sizeof *entities; k++)
        if (str_eq(name, str_from(entities[k].name)))
            *cp = entities[k].cp;
    return *cp > 0 ? i + 1 : 0;
}

struct str clean_tag_name(struct str s, bool *closing)
{
    /* Others are left alone: "Jean <jean@example.fr>", "moins de <18 ans>". */
    static const char names[] =
        " a abbr address article aside audio b big blockquote body br button caption center cite code col colgroup dd del div "
        "dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input "
        "ins label legend li link main map mark meta nav noscript object ol option p param picture pre q s script section "
        "select small source span strike strong style sub sup svg table tbody td textarea tfoot th thead time title tr u ul "
        "video o:p ";
    size_t i = 1;
    *closing = i < s.n && s.p[i] == '/';
    if (*closing)
        i++;
    size_t start = i;
    while (i < s.n && (clean_is_letter(s.p[i]) || clean_is_digit(s.p[i]) || s.p[i] == ':'))
        i++;
    struct str name = str_sub(s, start, i - start);
    bool ended = i < s.n && strchr(" \t\r\n/>", s.p[i]) && s.p[i];
    return ended && clean_word_in(names, name) ? name : STR_NONE;
}
