/* French text for machines: folding, words, stems, slugs, order. All pure. */
#ifndef BALISE_BASE_TEXT_H
#define BALISE_BASE_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

/* Lower case, œ→oe æ→ae ß→ss, accents removed, every run of anything but letters and digits → one
 * space, none at the ends: "L'Œuvre d'Été — n°2" → "l oeuvre d ete n 2". Unicode (utf8proc); invalid
 * bytes count as separators. */
struct str text_fold(struct arena *a, struct str s);
void text_fold_into(struct buf *out, struct str s);

/* One word as found in a text, in lower case with its accents. */
struct text_word {
    struct str word;   /* lower case, accents kept, œ and æ split */
    struct str folded; /* as text_fold */
    size_t start, end; /* bytes in the original */
};
/* Words in order. Elided articles are cut off: "l'aide" → "l", "aide". */
size_t text_words(struct arena *a, struct str s, struct text_word **out);

/* Snowball French stem of a lower-case accented word, then folded: "numériques" → "numer". One
 * stemmer per thread (it is not thread-safe); words under 3 letters, or over 64 bytes, are only folded. */
struct text_stemmer;
struct text_stemmer *text_stemmer_new(void);
void text_stemmer_free(struct text_stemmer *st);
struct str text_stem(struct text_stemmer *st, struct arena *a, struct str word);

/* Words too common to be searched alone (de, la, les, un, pour…); folded form. */
bool text_is_stop_word(struct str folded);

/* "Médiathèque de L'Hay-les-Roses" → "mediatheque-de-l-hay-les-roses"; at most `max` bytes, cut at a
 * word. ASCII only; empty when no letter or digit is left. */
struct str text_slug(struct arena *a, struct str s, size_t max);

/* Order of a French dictionary (letters first, then accents, then case): memcmp on the keys sorts as
 * French collation does, digits before letters, punctuation and spaces ignored but
 * to break ties. A key is valid UTF-8 without a NUL. Keys of one list are made once; text_compare makes
 * two each time. */
struct str text_sort_key(struct arena *a, struct str s);
int text_compare(struct str a, struct str b);

/* NFC, control characters dropped (but \n and \t), \r\n and \r → \n, bytes that are not
 * UTF-8 → U+FFFD. Returns the same view when there is
 * nothing to change. */
struct str text_normalize(struct arena *a, struct str s);

/* Windows-1252 bytes to UTF-8. */
struct str text_from_cp1252(struct arena *a, struct str s);

#endif
