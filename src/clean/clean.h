/* Cleaning: a value as people typed it → the value as the standards write it, and the rules that were applied. Pure: no
 * reference data, no I/O. What needs the list of communes or of the standard's words is in modules/directory/tidy.
 *
 * Nothing is guessed: what can be read in two ways is refused with a sentence for the person who prepares the file.
 * Cleaning twice changes nothing: clean(clean(v)) = clean(v), without a rule. Texts are views of the input, or live in
 * the arena. Sources of the rules: docs/cleaning.md. */
#ifndef BALISE_CLEAN_CLEAN_H
#define BALISE_CLEAN_CLEAN_H

#include "base/arena.h"
#include "base/geo.h"

enum { CLEAN_RULES_MAX = 12 };

struct cleaned {
    struct str value;    /* empty: nothing was said, or refused. Several values of one cell: joined with `|` */
    const char *refused; /* NULL, or French: what is wrong and what to do */
    const char *rules[CLEAN_RULES_MAX]; /* stable names, in order: "telephone.indicatif"; none when the value is as it
                                           was given. Spaces around a value do not count */
    size_t n_rules;
};
/* Adds a rule once; more than CLEAN_RULES_MAX are not kept. */
void clean_rule(struct cleaned *c, const char *rule);

/* Any text: mojibake repaired ("MÃ©diathÃ¨que", one or two times; refused when bytes are lost: U+FFFD), HTML tags and
 * entities taken away (<br> and </p> become line ends), control characters and invisible spaces, white space folded.
 * `lines`: line ends are kept (presentations); otherwise they become one space. */
struct cleaned clean_text(struct arena *a, struct str v, bool lines);

/* E.164, of France only: what the pattern of LaMednum takes. `departement` ("35", "974", or empty) decides between numbers
 * that do not say where they are: 0709, 0947, 0976, the fiction of 06 39 98, and the short ones of the Pacific and of
 * Saint-Pierre-et-Miquelon. Of several numbers in one cell the first is kept. Short numbers only when alone:
 * 3230 → +33969322121, 3960 → +33971103960; the others are refused. */
struct cleaned clean_telephone(struct arena *a, struct str v, struct str departement);
/* One or several addresses (| ; , / space, "et", "ou"): lower case, without accents, mailto:, (at), spaces… */
struct cleaned clean_courriels(struct arena *a, struct str v);
/* One or several web addresses: scheme added or mended (htpps://, http//, www.), what is no address refused. Host in lower
 * case, the rest with characters of ASCII: passes both national schemas. */
struct cleaned clean_sites_web(struct arena *a, struct str v);
/* A number in a street and its name: abbreviations, "0 rue", "5, rue", the tail with postal code and town. Refused: no street
 * (a town, a number, an e-mail address), a lost letter. The value is of the characters that the standard's library allows. */
struct cleaned clean_voie(struct arena *a, struct str v);
/* Five digits: lost leading zero, spaces, "F-35000", "35000.0", "35 000"; the INSEE form too: 2a004 → 2A004. No look-up. */
struct cleaned clean_code_postal(struct arena *a, struct str v);
struct cleaned clean_code_insee(struct arena *a, struct str v);
/* SIRET (spaces, dots, 3.56E+13 refused, Luhn, La Poste), RNA (W + 9), RIDET; zeros are no value, without a rule: so LaMednum
 * files say that nobody knows. */
struct cleaned clean_pivot(struct arena *a, struct str v);
/* SIRET only. */
struct cleaned clean_siret(struct arena *a, struct str v);
/* A date in any common form, alone or in a sentence that holds one only ("Espace labellisé 01/01/2020", 25 mars 2022,
 * 2022-03-25T10:00:00+01:00 on the clocks of Paris, 1648202400, 44645 of a spreadsheet, mars 2022 refused) → YYYY-MM-DD.
 * Day before month. Impossible or ambiguous: refused. */
struct cleaned clean_date(struct arena *a, struct str v);
/* A number with a comma or a dot, spaces, a sign, a degree: "48,1173", "−0.55". */
struct cleaned clean_decimal(struct arena *a, struct str v);

/* Two coordinates as two cells (or one cell that holds both, the other empty): comma decimals, degrees-minutes-seconds,
 * swapped (put back when only that falls in France), Lambert-93 and the zones of overseas (reprojected), 0,0, out of
 * France (refused). Rounded to 7 decimals only when reprojected. Whether the point is near its commune is the caller's to
 * check. Neither known nor refused: both cells say nothing. */
struct cleaned_point {
    bool known;
    struct geo_point point;
    const char *refused;
    const char *rules[CLEAN_RULES_MAX];
    size_t n_rules;
};
struct cleaned_point clean_point(struct arena *a, struct str latitude, struct str longitude);

#endif
