#include "modules/directory/geocoding/service.h"

#include "base/csv.h"
#include "base/text.h"

enum {
    PER_SECOND = 10,      /* requests; the service allows 50 */
    TIMEOUT_MS = 120000,
    ANSWER_MAX = 4 << 20, /* 500 lines take 200 KB */
    COLUMNS_MAX = 8
};
static const struct str geoplateforme = STR_INIT("https://data.geopf.fr/geocodage");

enum err geocode_service_open(struct arena *a, const struct directory_geocoding *in, struct outgoing **out, struct str *why)
{
    bool by_operator = !str_eq(in->service, STR("geoplateforme"));
    const struct outgoing_options opt = {.address = by_operator ? in->service : geoplateforme,
                                         .by_operator = by_operator, .per_second = PER_SECOND,
                                         .transport = in->transport, .stopping = in->stopping, .ctx = in->ctx};
    return outgoing_open(a, &opt, out, why);
}

enum err geocode_service_post(struct outgoing *service, struct arena *a, const char *path, struct str file,
                              const struct outgoing_part *columns, size_t n_columns, struct str *csv, struct str *why)
{
    struct outgoing_part parts[COLUMNS_MAX + 1] = {
        {.name = "data", .file_name = "adresses.csv", .content_type = "text/csv", .value = file},
    };
    struct outgoing_answer answer;
    if (n_columns > COLUMNS_MAX)
        abort(); /* a mistake of the code */
    for (size_t i = 0; i < n_columns; i++)
        parts[i + 1] = columns[i];
    const struct outgoing_request rq = {.path = path, .parts = parts, .n_parts = n_columns + 1, .timeout_ms = TIMEOUT_MS,
                                        .answer_max = ANSWER_MAX};
    TRY(outgoing_send(service, a, &rq, &answer, why));
    *csv = answer.body;
    return OK;
}

static bool find_column(const struct csv_row *head, const char *name, size_t *where)
{
    for (*where = 0; *where < head->n; ++*where)
        if (str_eq(head->cells[*where], str_from(name)))
            return true;
    return false;
}

static bool find_columns(const struct csv_row *head, const struct geocode_rows *rows, size_t *number, size_t *where)
{
    bool all = find_column(head, "numero", number);
    for (size_t i = 0; i < rows->n_columns; i++)
        all = find_column(head, rows->columns[i], &where[i]) && all;
    return all;
}

enum err geocode_service_rows(struct arena *a, struct str csv, const struct geocode_rows *rows, struct str *why)
{
    struct csv_reader *reader = csv_reader_new(a, csv, (struct csv_options){.delimiter = ',', .encoding = CSV_UTF8});
    size_t *where = ARENA_ARRAY(a, rows->n_columns, size_t), number_at;
    struct str *cells = ARENA_ARRAY(a, rows->n_columns, struct str);
    bool *taken = ARENA_ARRAY(a, rows->n, bool);
    struct csv_row row;
    bool sound = csv_next(reader, &row) && find_columns(&row, rows, &number_at, where);
    size_t width = row.n;
    while (sound && csv_next(reader, &row)) {
        int64_t number;
        sound = !row.damaged && row.n == width && str_to_int(row.cells[number_at], &number) && number >= 0 &&
                (size_t)number < rows->n && !taken[number];
        if (!sound)
            break;
        taken[number] = true;
        for (size_t i = 0; i < rows->n_columns; i++)
            cells[i] = row.cells[where[i]];
        rows->take(rows->ctx, (size_t)number, cells);
    }
    if (sound)
        return OK;
    *why = STR("La réponse n’est pas celle d’un service d’adresses : rien n’en est gardé. Vérifiez l’adresse du service.");
    return ERR_INVALID;
}

struct str geocode_service_text(struct arena *a, struct str cell, size_t most)
{
    return arena_str(a, text_normalize(a, str_sub(cell, 0, most)));
}
