/* How good the data are, source by source, in figures that anyone may check: what is missing, what is old, what is
 * doubtful. A sheet is a place or a structure, as people see it. Private to the module.
 *
 * No figure names a person, and no value of a sheet is repeated: only names of places, five a kind of gap. */
#ifndef BALISE_MODULES_DIRECTORY_QUALITY_H
#define BALISE_MODULES_DIRECTORY_QUALITY_H

#include "base/clock.h"
#include "modules/directory/directory.h"

enum quality_family { QUALITY_MISSING, QUALITY_AGE, QUALITY_DOUBT, QUALITY_FAMILIES };

enum quality_measure {
    QUALITY_NO_PHONE,
    QUALITY_NO_CONTACT, /* neither e-mail nor site */
    QUALITY_NO_HOURS,
    QUALITY_HOURS_TEXT, /* written, but not understood */
    QUALITY_NO_POINT,
    QUALITY_NO_SERVICE,
    QUALITY_NO_NUMBER, /* SIRET, RNA, RIDET */
    /* age of the source's own date: one of the five for each sheet */
    QUALITY_HALF_YEAR, /* at most */
    QUALITY_YEAR,
    QUALITY_TWO_YEARS,
    QUALITY_OLDER,
    QUALITY_NO_DATE, /* none, before 2000 (1970-01-01 is how files say it), or to come */
    QUALITY_CONFIRMED, /* by a person, here */
    QUALITY_NEVER_CONFIRMED,
    /* what the last import remarked */
    QUALITY_LEFT_ASIDE,
    QUALITY_CORRECTED,
    QUALITY_KEPT,    /* the file no longer says it */
    QUALITY_DEDUCED, /* point found from the address */
    QUALITY_NEAREST, /* address found from the point */
    /* what compares with something else */
    QUALITY_FAR, /* point far from the commune */
    QUALITY_SHARED_PHONE,
    QUALITY_TWIN, /* another place looks like the same one (docs/duplicates.md) */
    QUALITY_COUNT
};
struct quality_words {
    const char *key; /* in files: stays the same */
    enum quality_family family;
    const char *words, *why; /* messages; why: what it changes for people */
    bool good;               /* a good thing: no example of it is shown */
};
extern const struct quality_words quality_words[QUALITY_COUNT];

/* What is looked at in a sheet. Texts are read while it is counted. */
struct quality_sheet {
    enum directory_kind kind; /* DIRECTORY_PLACE or DIRECTORY_STRUCTURE */
    bool contact, hours, hours_text, service, number;
    bool has_point, has_centre;
    struct geo_point point, centre; /* centre: of its commune */
    double surface_km2;             /* of its commune; 0: unknown */
    struct str telephone, date_maj, remarks;
    int64_t confirmed_at_ms;
};
/* Measures that hold, as bits; QUALITY_SHARED_PHONE and QUALITY_TWIN need the others and are never among them. Pure. */
uint32_t quality_of(const struct quality_sheet *s, struct civil_date today);
/* As many sheets with one phone, or more, are remarked. */
enum { QUALITY_PHONE_MANY = 5 };

enum { QUALITY_EXAMPLES = 5 };
struct quality_example {
    struct str slug, nom, commune;
    uint64_t rank; /* private */
};
struct quality_source {
    struct str slug, nom; /* nom: as people call it */
    int64_t places, structures;
    int64_t services; /* published: its own, and those derived from places */
    int64_t counts[QUALITY_COUNT];
    double score; /* mean of data·inclusion's score of its services, 0…1; negative: no service */
    int64_t imported_ms; /* last import that was not undone; 0: never by a file */
    struct str format;   /* of that file */
};
static inline int64_t quality_sheets(const struct quality_source *s)
{
    return s->places + s->structures;
}
struct quality_report {
    int64_t version, imports, day; /* what it was made from */
    struct quality_source all;
    struct quality_source *sources; /* by slug */
    size_t n_sources;
    struct quality_example examples[QUALITY_COUNT][QUALITY_EXAMPLES];
    size_t n_examples[QUALITY_COUNT];
};
/* Keeps five examples a measure, drawn by their permalink: neither the first of a file, nor others at each visit. Texts
 * are copied into `a`. */
void quality_example_add(struct arena *a, struct quality_report *r, enum quality_measure m, struct str slug, struct str nom,
                         struct str commune);

/* The report of now, made once a change and a day; valid as long as `a`. */
enum err quality_report(struct db *db, struct arena *a, const struct quality_report **out) MUST_USE;
/* Forgets it (the program stops). */
void quality_stop(void);

/* The same figures for programs: one row a source and measure (CSV), one object a source (JSON). */
void quality_write_csv(const struct quality_report *r, struct buf *out);
void quality_write_json(const struct quality_report *r, struct buf *out);

#endif
