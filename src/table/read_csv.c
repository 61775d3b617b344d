/* CSV, whatever its dialect. */
#include "base/csv.h"
#include "table/table_private.h"

struct reader {
    struct csv_reader *csv;
    struct csv_options opt;
};

/* How many rows of the sample hold two cells or more with this delimiter. */
static size_t rows_cut_by(struct arena *a, struct str sample, struct csv_options opt)
{
    enum { LOOK = 40 };
    struct csv_reader *r = csv_reader_new(a, sample, opt);
    struct csv_row row;
    size_t cut = 0;
    for (size_t i = 0; i < LOOK && csv_next(r, &row); i++)
        cut += table_filled(row.cells, row.n, 2) == 2;
    return cut;
}

/* The first line tells the delimiter, unless it is a title or a sentence: another one that cuts far more lines is right. */
static char better_delimiter(struct table *t, struct csv_options opt)
{
    enum { SAMPLE = 64 * 1024 };
    static const char candidates[] = {';', '\t', ',', '|'};
    struct str sample = str_sub(t->data, 0, SAMPLE);
    char guessed = csv_delimiter(csv_reader_new(t->row, sample, opt)), best = 0;
    size_t most = 0, by_guess = rows_cut_by(t->row, sample, opt);
    for (size_t i = 0; i < sizeof candidates; i++) {
        opt.delimiter = candidates[i];
        size_t cut = rows_cut_by(t->row, sample, opt);
        if (cut > most) {
            most = cut;
            best = candidates[i];
        }
        arena_reset(t->row);
    }
    return by_guess * 2 >= most ? guessed : best;
}

static enum err never_closed(struct table *t, size_t line)
{
    return table_fail(t, "Ligne %zu : un guillemet est ouvert et n’est jamais fermé. Fermez-le, ou retirez-le.", line);
}

static enum err find_headers(struct table *t, struct reader *r, bool *found)
{
    struct csv_row row;
    size_t wanted = t->opt.header;
    *found = false;
    r->csv = csv_reader_new(t->a, t->data, r->opt);
    while (csv_next(r->csv, &row)) {
        if (wanted ? row.line < wanted : table_filled(row.cells, row.n, 2) < 2)
            continue;
        if (wanted && row.line > wanted)
            return table_fail(t, "Aucune ligne de titres à la ligne %zu du fichier.", wanted);
        if (row.damaged)
            return never_closed(t, row.line);
        *found = true;
        return table_take_headers(t, row.cells, row.n);
    }
    return wanted ? table_fail(t, "Aucune ligne de titres à la ligne %zu du fichier.", wanted) : OK;
}

/* A file of one column has no row of two cells: its first row is the header. */
static enum err take_only_column(struct table *t, struct reader *r)
{
    struct csv_row row;
    r->csv = csv_reader_new(t->a, t->data, r->opt);
    while (csv_next(r->csv, &row))
        if (table_filled(row.cells, row.n, 1) > 0)
            return row.damaged ? never_closed(t, row.line) : table_take_headers(t, row.cells, row.n);
    return table_fail(t, "Le fichier est vide.");
}

static enum err next_row(struct table *t, struct table_row *row, bool *has)
{
    struct reader *r = t->reader;
    struct csv_row line;
    while (csv_next(r->csv, &line)) {
        if (table_filled(line.cells, line.n, 1) == 0)
            continue;
        if (line.damaged)
            return never_closed(t, line.line);
        *has = true;
        return table_give_row(t, row, line.cells, line.n, line.line);
    }
    return OK;
}

static size_t offset(const struct table *t)
{
    const struct reader *r = t->reader;
    /* a file in UTF-16 was converted before it was read */
    return (size_t)((double)csv_offset(r->csv) / (double)t->data.n * (double)t->size);
}

static enum err take_encoding(struct table *t, struct csv_options *opt)
{
    struct str name = str_from(t->opt.encoding);
    /* The mark of UTF-8 is believed by base/csv: not when what follows denies it. */
    if (str_starts(t->data, STR("\xEF\xBB\xBF")) && !str_is_utf8(t->data))
        t->data = str_sub(t->data, 3, t->data.n);
    if (name.n == 0)
        return OK;
    if (str_eq_nocase(name, STR("utf-8")) || str_eq_nocase(name, STR("utf8"))) {
        opt->encoding = CSV_UTF8;
        if (!str_is_utf8(t->data))
            return table_fail(t, "Ce fichier n’est pas en UTF-8. Essayez l’encodage windows-1252, ou laissez Balise le trouver.");
    } else if (str_eq_nocase(name, STR("windows-1252")) || str_eq_nocase(name, STR("latin1")) || str_eq_nocase(name, STR("iso-8859-1"))) {
        opt->encoding = CSV_CP1252;
    } else {
        return table_fail(t, "L’encodage « %.*s » n’est pas connu : utf-8 ou windows-1252.", STR_ARG(table_shown(name, 100)));
    }
    return OK;
}

enum err table_open_csv(struct table *t)
{
    struct reader *r = ARENA_NEW(t->a, struct reader);
    bool found;
    t->kind = TABLE_CSV;
    t->reader = r;
    t->next = next_row;
    t->offset = offset;
    r->opt.delimiter = t->opt.delimiter;
    TRY(take_encoding(t, &r->opt));
    bool sep_line = str_starts(t->data, STR("sep=")) || str_starts(t->data, STR("\xEF\xBB\xBFsep=")); /* base/csv obeys it */
    if (!r->opt.delimiter && !sep_line)
        r->opt.delimiter = better_delimiter(t, r->opt);
    TRY(find_headers(t, r, &found));
    return found ? OK : take_only_column(t, r);
}
