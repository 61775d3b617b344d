/* Shared by the text_*.c files only: what one code point is made of. */
#ifndef BALISE_BASE_TEXT_PRIVATE_H
#define BALISE_BASE_TEXT_PRIVATE_H

#include "base/text.h"

enum piece_kind {
    PIECE_LETTER,  /* letters and digits */
    PIECE_MARK,    /* accents and the like, over the letter before */
    PIECE_IGNORED, /* soft hyphen, joiners: as if they were not there */
    PIECE_SEPARATOR
};

enum {
    PIECES_MAX = 64,
    /* Marks kept on one letter (UAX #15, stream-safe text). More are an attack: putting n marks in
     * canonical order takes n² steps. */
    MARKS_MAX = 30
};

/* Compatibility decomposition, case folded, œ and æ split: "É" → "e" U+0301, "½" → "1" U+2044 "2".
 */
size_t text_pieces(uint32_t cp, uint32_t out[PIECES_MAX]);
enum piece_kind text_piece_kind(uint32_t cp);
/* Letters that Unicode does not decompose though readers see an accented one: ø → o, ł → l. */
uint32_t text_base_letter(uint32_t cp);

/* The code point at s.p[*at], moving *at past it; `bad` stands for bytes that are not UTF-8. */
uint32_t text_next(struct str s, size_t *at, uint32_t bad);

/* One Windows-1252 byte. The five unassigned ones give the control character of the same number, as
 * browsers do. */
uint32_t text_cp1252(unsigned char byte);

#endif
