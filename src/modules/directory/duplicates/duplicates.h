/* Are two places one and the same? A place is prepared once, then compared with many. Pure but for list.c. Private to the
 * module; what commands and other modules use is in directory.h. Rules and figures: docs/duplicates.md. */
#ifndef BALISE_MODULES_DIRECTORY_DUPLICATES_H
#define BALISE_MODULES_DIRECTORY_DUPLICATES_H

#include "modules/directory/directory.h"

/* -- similarity of two texts (similarity.c) ---------------------------------------------------------- */
enum { DUPLICATE_TEXT_MAX = 256 }; /* bytes that are compared; the rest of a longer text is not looked at */
/* Longest common subsequence, in bytes. */
size_t duplicate_lcs(struct str a, struct str b);
/* round(200 × LCS ÷ (|a| + |b|)): 100 for equal texts, two empty ones included. */
int duplicate_ratio(struct str a, struct str b);

/* -- names (names.c) --------------------------------------------------------------------------------- */
enum { DUPLICATE_WORDS = 24 };
struct duplicate_words {
    struct str items[DUPLICATE_WORDS];
    size_t n;
};
struct duplicate_name {
    struct str folded; /* the whole, lower case, without accents */
    struct str key;    /* words that are neither of a kind of place nor too common, in order */
    struct duplicate_words own; /* of the key, those that are not the commune's either: what tells this place from another */
    struct str own_text;        /* the same, one after the other */
    struct directory_set kinds; /* ENUM_TYPOLOGIE: what the name says that it is */
    bool missing;      /* empty, "non communiqué"… */
    bool branch;       /* antenne, annexe, permanence */
    bool mobile;       /* bus, itinérant */
};
void duplicate_name_read(struct arena *a, struct str nom, struct str commune, struct duplicate_name *out);
/* A commune without its article, cedex and abbreviations: "st-malo cedex" → "saint malo". */
struct str duplicate_town(struct arena *a, struct str commune);
/* "ateliers" → "atelier", "musicaux" → "musical": words of 5 letters and more. Changes *word in place. */
void duplicate_singular(char *word, size_t *n);
/* A word too common to tell a thing from another: de, la, sur… */
bool duplicate_is_small_word(struct str word);

/* -- addresses (addresses.c) ------------------------------------------------------------------------- */
struct duplicate_address {
    bool usable;      /* something can be compared */
    bool vague;       /* usable, and not precise: "Le Bourg" */
    int first, last;  /* house numbers; 0: none */
    char suffix;      /* 'b', 't', 'q' for bis, ter, quater, or the letter; 0: none */
    int type;         /* street, avenue…; 0: none known */
    struct duplicate_words words; /* of the street's name, without its type and titles */
    struct str text;              /* the same, one after the other */
};
/* `code_postal` and `commune` may stand at the end of the text: they are left out. */
void duplicate_address_read(struct arena *a, struct str adresse, struct str commune, struct duplicate_address *out);
struct duplicate_address_likeness {
    int score;         /* -1: cannot be measured */
    bool same;         /* the same address, however it is written */
    bool same_street;
    bool other_number; /* the same street, and numbers that differ */
    int gap;           /* between these numbers */
};
/* metres < 0: not known. */
struct duplicate_address_likeness duplicate_address_compare(const struct duplicate_address *a,
                                                            const struct duplicate_address *b, double metres);

/* -- a place ready to be compared (prepare.c) -------------------------------------------------------- */
enum { DUPLICATE_MAILS = 4 };
struct duplicate_place {
    struct str id;
    struct str_list sources; /* folded; several for a place that stands for others */
    struct duplicate_name name;
    struct duplicate_address address;
    struct directory_set kinds;  /* declared, else of the name; those that are taken for one another are one */
    bool network;                /* France services, La Poste and those alike: one at an address */
    bool has_point;
    struct geo_point point;
    struct str insee;            /* of the commune of today, arrondissements folded; empty: unknown */
    struct str code_postal, town;
    uint64_t telephone, siret;   /* digits; 0: unknown */
    uint64_t mails[DUPLICATE_MAILS]; /* hashes */
    size_t n_mails;
};
/* What is compared, as a file or the database gives it. */
struct duplicate_input {
    struct str id, nom, adresse, commune, code_postal, code_insee, telephone, pivot;
    struct str_list sources, courriels;
    struct directory_set typologie, dispositifs;
    bool has_point;
    struct geo_point point;
};
/* Texts of the result live in `a`, or are those of `in`. */
void duplicate_prepare(struct arena *a, const struct duplicate_input *in, struct duplicate_place *out);

/* -- the score (score.c) ----------------------------------------------------------------------------- */
void duplicate_score(const struct duplicate_place *a, const struct duplicate_place *b, bool same_source,
                     struct directory_likeness *out);
/* Quick and sure: false when no score can reach `least`, or a veto stands. */
bool duplicate_may_reach(const struct duplicate_place *a, const struct duplicate_place *b, bool same_source, int least);

/* -- candidates (candidates.c) ----------------------------------------------------------------------- */
struct duplicate_pair {
    uint32_t a, b; /* numbers of the places, a < b */
    struct directory_likeness likeness;
};
struct duplicate_pairs {
    struct duplicate_pair *items;
    size_t n;
    size_t compared; /* pairs that were scored: for the bench */
};
/* The pairs of one block at least (commune and words, street, near points, phone, e-mail, SIRET) whose score is `least`
 * or more and that no veto parts, each once, best first then by numbers. Lives in `a`. */
void duplicate_candidates(struct arena *a, const struct duplicate_place *places, size_t n, bool same_source, int least,
                          struct duplicate_pairs *out);

#endif
