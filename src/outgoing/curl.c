/* The real transport, over libcurl: one handle a request. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "outgoing/outgoing.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void start_curl(void)
{
    ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct receiving {
    struct buf body;
    int retry_after_s;
    bool inside, denied;
};

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
    struct receiving *r = ctx;
    buf_add(&r->body, (struct str){data, size * n});
    return r->body.failed ? 0 : size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *ctx)
{
    struct receiving *r = ctx;
    struct str line = {data, size * n};
    if (line.n > 12 && str_eq_nocase(str_sub(line, 0, 12), STR("retry-after:")))
        r->retry_after_s = outgoing_retry_after(str_sub(line, 12, line.n), clock_now_ms());
    return size * n;
}

static bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return outgoing_is_public((const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    if (address->sa_family == AF_INET6)
        return outgoing_is_public((const unsigned char *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    return false;
}

/* The address that is connected to, not the one that the name had a moment before. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct receiving *r = ctx;
    if (purpose != CURLSOCKTYPE_IPCXN || (!r->inside && !address_is_public(&to->addr))) {
        r->denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool add_part(curl_mime *form, const struct outgoing_part *p)
{
    curl_mimepart *part = curl_mime_addpart(form);
    return part && curl_mime_name(part, p->name) == CURLE_OK && curl_mime_data(part, p->value.n ? p->value.p : "", p->value.n) == CURLE_OK &&
           (!p->file_name || (curl_mime_filename(part, p->file_name) == CURLE_OK && curl_mime_type(part, p->content_type) == CURLE_OK));
}

static bool set_form(CURL *curl, const struct outgoing_request *rq, curl_mime **form)
{
    *form = NULL;
    if (rq->n_parts == 0)
        return curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    *form = curl_mime_init(curl);
    bool ok = *form != NULL;
    for (size_t i = 0; ok && i < rq->n_parts; i++)
        ok = add_part(*form, &rq->parts[i]);
    return ok && curl_easy_setopt(curl, CURLOPT_MIMEPOST, *form) == CURLE_OK;
}

static bool set_limits(CURL *curl, const struct outgoing_wire *w)
{
    enum { CONNECT_MS = 10000 };
    bool ok = curl_easy_setopt(curl, CURLOPT_URL, w->url) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, w->inside ? "https,http" : "https") == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)w->request->timeout_ms) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_USERAGENT, "Balise/" BALISE_VERSION " (annuaire de l'inclusion numerique)") == CURLE_OK;
    return ok;
}

static bool set_callbacks(CURL *curl, struct receiving *r)
{
    bool ok = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_WRITEDATA, r) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_HEADERDATA, r) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, r) == CURLE_OK;
    return ok;
}

static enum err said(CURLcode code, const struct receiving *r, struct arena *a, struct str *why)
{
    if (code == CURLE_OK)
        return OK;
    if (r->body.failed) {
        *why = STR("La réponse du service est trop grande : elle est laissée de côté.");
        return ERR_LIMIT;
    }
    if (r->denied) {
        *why = STR("L’adresse du service mène à une machine privée : refusée.");
        return ERR_DENIED;
    }
    *why = arena_printf(a, "Le service ne répond pas (%s) : vérifiez la connexion, puis réessayez.", curl_easy_strerror(code));
    return ERR_IO;
}

static enum err perform(CURL *curl, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out, struct str *why)
{
    struct receiving r = {.retry_after_s = -1, .inside = wire->inside};
    curl_mime *form;
    long status = 0;
    buf_init(&r.body, wire->request->answer_max);
    enum err e = ERR_LIMIT;
    *why = STR("La mémoire manque pour appeler le service.");
    if (set_limits(curl, wire) && set_callbacks(curl, &r) && set_form(curl, wire->request, &form)) {
        e = said(curl_easy_perform(curl), &r, a, why);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_mime_free(form);
    }
    out->status = (int)status;
    out->retry_after_s = r.retry_after_s;
    if (e == OK)
        out->body = arena_str(a, buf_str(&r.body));
    buf_deinit(&r.body);
    return e;
}

static enum err curl_exchange(void *ctx, struct arena *a, const struct outgoing_wire *wire, struct outgoing_answer *out,
                              struct str *why)
{
    (void)ctx;
    pthread_once(&once, start_curl);
    CURL *curl = ready ? curl_easy_init() : NULL;
    if (!curl) {
        *why = STR("La bibliothèque réseau ne démarre pas.");
        return ERR_IO;
    }
    enum err e = perform(curl, a, wire, out, why);
    curl_easy_cleanup(curl);
    return e;
}

static int64_t curl_now_ms(void *ctx)
{
    (void)ctx;
    return clock_mono_us() / 1000;
}

static void curl_wait_ms(void *ctx, int64_t ms)
{
    (void)ctx;
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

const struct outgoing_transport outgoing_curl = {curl_exchange, curl_now_ms, curl_wait_ms, NULL};
