/* Private to the layer: what the cleaners share. */
#ifndef BALISE_CLEAN_PRIVATE_H
#define BALISE_CLEAN_PRIVATE_H

#include "clean/clean.h"

static inline bool clean_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline char clean_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline bool clean_is_letter(char c)
{
    return clean_lower(c) >= 'a' && clean_lower(c) <= 'z';
}

/* Bytes being put together in the arena. */
struct clean_out {
    struct arena *a;
    char *p;
    size_t n, cap;
};
struct clean_out clean_out_new(struct arena *a, size_t room);
void clean_out_add(struct clean_out *o, struct str s);
void clean_out_char(struct clean_out *o, char c);
void clean_out_cp(struct clean_out *o, uint32_t cp);
static inline struct str clean_out_str(const struct clean_out *o)
{
    return (struct str){o->p, o->n};
}

/* Refused: no value, no rule, a sentence. */
void clean_refuse(struct cleaned *c, const char *why);
/* "-", "néant", "N/A", "non communiqué", "0"…: somebody said that there is nothing to say. */
bool clean_says_nothing(struct str v);
/* The text of a cell on one line (clean_text), its rules added to c. False when it was refused, or says nothing: then c is
 * the answer. */
bool clean_cell(struct arena *a, struct cleaned *c, struct str v, struct str *out);
/* Is a list right already: each item is, none comes twice? */
bool clean_items_right(struct str list, bool (*is_right)(struct str item));
/* Ends a cleaning: takes the rules away when the value is the one that was given. */
struct cleaned clean_done(struct cleaned c, struct str given, struct str value);
/* ASCII digits only, n of them. */
bool clean_digits(struct str v, size_t n);
/* Is the word in a list of lower-case words between spaces (" et ou ")? */
bool clean_word_in(const char *list, struct str word);
/* Adds a value to a list joined with `|`; false when it was there. */
bool clean_join(struct clean_out *list, struct str value);

/* A host name of the web and of e-mail, in lower case, without accents: two labels at least, the last one with a letter. */
bool clean_host_valid(struct str host);

/* text_marks.c */
uint32_t clean_cp1252(unsigned char byte); /* code point of a Windows-1252 byte; 0 when it has none */
/* The entity at s[0] ('&'): its code point and length, or 0. */
size_t clean_entity(struct str s, uint32_t *cp);
/* The name of the tag at s[0] ('<') when it is one of HTML; *closing for "</p>". */
struct str clean_tag_name(struct str s, bool *closing);

/* Zones of projections: metres → degrees (GRS80 and WGS84 are one at this precision). */
struct geo_point clean_from_lambert93(double x, double y);
struct geo_point clean_from_utm(int zone, bool south, double x, double y);

#endif
