#include "address_service.h"

#include "base/clock.h"

static int64_t now_ms;
static int64_t test_clock(void)
{
    return now_ms;
}

static int64_t service_now(void *ctx)
{
    return ((struct address_service *)ctx)->ms;
}

static void service_wait(void *ctx, int64_t ms)
{
    ((struct address_service *)ctx)->ms += ms;
}

struct str address_service_part(const struct outgoing_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_parts; i++)
        if (strcmp(rq->parts[i].name, name) == 0)
            return rq->parts[i].value;
    return STR_NONE;
}

static void answer_lines(const struct address_service *f, struct arena *a, struct buf *out)
{
    struct csv_reader *r = csv_reader_new(a, buf_str(&f->sent), (struct csv_options){.delimiter = ',', .encoding = CSV_UTF8});
    struct csv_row row;
    assert_true(csv_next(r, &row));
    buf_lit(out, f->head);
    while (csv_next(r, &row))
        f->line(f, &row, out);
}

static enum err service_exchange(void *ctx, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out,
                                 struct str *why)
{
    struct address_service *f = ctx;
    struct buf body;
    assert_string_equal(wire->url, arena_cstr(a, ARENA_JOIN(a, str_sub(ADDRESS_SERVICE, 0, ADDRESS_SERVICE.n - 1), str_from(f->path))));
    /* Addresses say which column is what; points have two, whose names the service knows. */
    assert_true(wire->request->n_parts == 1 || (str_eq(address_service_part(wire->request, "postcode"), STR("code_postal")) &&
                                                str_eq(address_service_part(wire->request, "citycode"), STR("code_insee"))));
    buf_clear(&f->sent);
    buf_add(&f->sent, address_service_part(wire->request, "data"));
    if (++f->requests >= f->fails_from && f->fails_from > 0) {
        *why = STR("Coupé.");
        return ERR_IO;
    }
    buf_init(&body, 4 << 20);
    if (f->raw)
        buf_lit(&body, f->raw);
    else
        answer_lines(f, a, &body);
    *out = (struct outgoing_answer){200, arena_str(a, buf_str(&body)), -1};
    buf_deinit(&body);
    return OK;
}

void address_service_start(struct address_service *f)
{
    assert_true(clock_parse_utc(STR("2026-11-24T09:30:00Z"), &now_ms));
    clock_set_source(test_clock);
    buf_init(&f->sent, 8 << 20);
    f->transport = (struct outgoing_transport){service_exchange, service_now, service_wait, f};
}

void address_service_stop(struct address_service *f)
{
    buf_deinit(&f->sent);
    clock_set_source(NULL);
}

void address_service_days_later(int days)
{
    now_ms += (int64_t)days * 86400000;
}
