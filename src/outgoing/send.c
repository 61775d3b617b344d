/* When a request leaves: not too often, and again when the service asks to wait. */
#include "outgoing/outgoing.h"

enum {
    PER_SECOND = 10,
    TIMEOUT_MS = 30000,
    ANSWER_MAX = 1 << 20,
    TRIES = 4,
    WAIT_MOST_S = 60, /* a service that asks for more is asked again another day */
    WAIT_UNSAID_S = 5,
    WAIT_STEP_MS = 500
};

struct outgoing {
    struct outgoing_options opt;
    const struct outgoing_transport *transport;
    int64_t next_ms; /* no request leaves before */
    int64_t gap_ms;
};

enum err outgoing_open(struct arena *a, const struct outgoing_options *opt, struct outgoing **out, struct str *why)
{
    struct outgoing *o = ARENA_NEW(a, struct outgoing);
    TRY(outgoing_address_check(opt->address, opt->by_operator, why));
    o->opt = *opt;
    o->opt.address = arena_str(a, opt->address);
    while (str_ends(o->opt.address, STR("/")))
        o->opt.address.n--;
    o->transport = opt->transport ? opt->transport : &outgoing_curl;
    int per_second = opt->per_second > 0 ? opt->per_second : PER_SECOND;
    o->gap_ms = (1000 + per_second - 1) / per_second;
    *out = o;
    return OK;
}

static bool is_stopping(const struct outgoing *o)
{
    return o->opt.stopping && o->opt.stopping(o->opt.ctx);
}

static enum err wait_until(struct outgoing *o, int64_t at_ms, struct str *why)
{
    const struct outgoing_transport *t = o->transport;
    for (int64_t left; (left = at_ms - t->now_ms(t->ctx)) > 0;) {
        if (is_stopping(o)) {
            *why = STR("Arrêt demandé.");
            return ERR_GONE;
        }
        t->wait_ms(t->ctx, left < WAIT_STEP_MS ? left : WAIT_STEP_MS);
    }
    return OK;
}

static enum err exchange(struct outgoing *o, struct arena *a, const struct outgoing_request *rq, struct outgoing_answer *out,
                         struct str *why)
{
    const struct outgoing_transport *t = o->transport;
    struct outgoing_request filled = *rq;
    filled.timeout_ms = rq->timeout_ms > 0 ? rq->timeout_ms : TIMEOUT_MS;
    filled.answer_max = rq->answer_max > 0 ? rq->answer_max : ANSWER_MAX;
    struct str url = arena_printf(a, "%.*s%s", STR_ARG(o->opt.address), rq->path);
    const struct outgoing_wire wire = {arena_cstr(a, url), &filled, o->opt.by_operator};
    TRY(wait_until(o, o->next_ms, why));
    o->next_ms = t->now_ms(t->ctx) + o->gap_ms;
    *out = (struct outgoing_answer){.retry_after_s = -1};
    return t->exchange(t->ctx, a, &wire, out, why);
}

static enum err refused(struct arena *a, int status, struct str *why)
{
    if (status >= 300 && status < 400)
        *why = STR("Le service répond depuis une autre adresse : vérifiez celle du réglage, aucune redirection n’est suivie.");
    else if (status == 404)
        *why = STR("Le service ne connaît pas cette adresse (404) : vérifiez celle du réglage.");
    else
        *why = arena_printf(a, "Le service a répondu %d : réessayez plus tard.", status);
    return ERR_IO;
}

enum err outgoing_send(struct outgoing *o, struct arena *a, const struct outgoing_request *rq, struct outgoing_answer *out,
                       struct str *why)
{
    for (int try = 1;; try++) {
        TRY(exchange(o, a, rq, out, why));
        if (out->status == 200)
            return OK;
        if (out->status != 429 && out->status != 503)
            return refused(a, out->status, why);
        int wait_s = out->retry_after_s >= 0 ? out->retry_after_s : WAIT_UNSAID_S * try;
        if (try == TRIES || wait_s > WAIT_MOST_S) {
            *why = arena_printf(a, "Le service est trop occupé (%d) : réessayez plus tard.", out->status);
            return ERR_LIMIT;
        }
        o->next_ms = o->transport->now_ms(o->transport->ctx) + (int64_t)wait_s * 1000;
    }
}
