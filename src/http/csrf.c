/* Forms cannot be sent from another site: the browser says where the form stood (Sec-Fetch-Site, Origin),
 * and the form carries a token that must match a signed cookie. */
#include <sodium.h>

#include "http/exchange.h"

enum { NONCE = 16, TAG = 16, TOKEN = NONCE + TAG, FIELD = 2 * TOKEN };

_Static_assert(sizeof((struct http_exchange){0}.csrf_token) >= FIELD * 4 / 3 + 2, "room for the form's token");

static struct str cookie_name(const struct http_exchange *ex)
{
    return ex->secure ? STR("__Host-balise-csrf") : STR("balise-csrf");
}

static struct str cookie_value(const struct http_exchange *ex)
{
    struct str rest = wire_header(&ex->wire, "Cookie"), item, name = cookie_name(ex);
    while (str_split(&rest, ';', &item)) {
        item = str_trim(item);
        if (str_starts(item, name) && item.n > name.n && item.p[name.n] == '=')
            return str_sub(item, name.n + 1, item.n);
    }
    return STR_NONE;
}

static void sign(const struct http_exchange *ex, const unsigned char nonce[NONCE], unsigned char tag[TAG])
{
    crypto_generichash(tag, TAG, nonce, NONCE, ex->server->secret, CSRF_SECRET_LEN);
}

static bool from_base64(struct str s, unsigned char *out, size_t n)
{
    size_t got = 0;
    return s.n && sodium_base642bin(out, n, s.p, s.n, NULL, &got, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           got == n;
}

/* The token of the client's cookie, if we signed it. */
static bool cookie_token(const struct http_exchange *ex, unsigned char token[TOKEN])
{
    unsigned char tag[TAG];
    if (!from_base64(cookie_value(ex), token, TOKEN))
        return false;
    sign(ex, token, tag);
    return sodium_memcmp(tag, token + NONCE, TAG) == 0;
}

struct str request_csrf_token(struct request *rq, struct response *rs)
{
    struct http_exchange *ex = rq->exchange;
    unsigned char token[TOKEN], field[FIELD];
    char cookie[TOKEN * 4 / 3 + 3];
    if (ex->csrf_token[0])
        return str_from(ex->csrf_token);
    if (!cookie_token(ex, token)) {
        randombytes_buf(token, NONCE);
        sign(ex, token, token + NONCE);
        sodium_bin2base64(cookie, sizeof cookie, token, TOKEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        response_header(rs, "Set-Cookie",
                        arena_printf(rq->arena, "%.*s=%s; Path=/; HttpOnly; SameSite=Lax%s", STR_ARG(cookie_name(ex)),
                                     cookie, ex->secure ? "; Secure" : ""));
    }
    ex->personal = true;
    /* Masked anew each time, so that compressed pages tell nothing of the token (BREACH). */
    randombytes_buf(field, TOKEN);
    for (size_t i = 0; i < TOKEN; i++)
        field[TOKEN + i] = field[i] ^ token[i];
    sodium_bin2base64(ex->csrf_token, sizeof ex->csrf_token, field, FIELD, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_from(ex->csrf_token);
}

static struct str authority_of(struct str url)
{
    ptrdiff_t at = str_find(url, STR("://"), 0);
    if (at < 0)
        return STR_NONE;
    struct str rest = str_sub(url, (size_t)at + 3, url.n);
    ptrdiff_t slash = str_find_char(rest, '/', 0);
    return slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
}

/* What the browser says of the page that sent the form. Old ones say nothing: then the token decides. */
static bool same_site(const struct http_exchange *ex)
{
    struct str site = wire_header(&ex->wire, "Sec-Fetch-Site");
    struct str origin = wire_header(&ex->wire, "Origin");
    if (site.n && !str_eq(site, STR("same-origin")))
        return false;
    if (!origin.n)
        origin = wire_header(&ex->wire, "Referer");
    return !origin.n || str_eq_nocase(authority_of(origin), authority_of(ex->rq.base_url));
}

bool csrf_allowed(struct http_exchange *ex)
{
    unsigned char field[FIELD], token[TOKEN];
    struct str sent = STR_NONE;
    if (ex->route->csrf != CSRF_FORM)
        return true;
    for (size_t i = 0; i < ex->n_form; i++)
        if (str_eq(ex->form[i].name, STR("csrf")))
            sent = ex->form[i].value;
    if (!same_site(ex) || !from_base64(sent, field, FIELD) || !cookie_token(ex, token))
        return false;
    for (size_t i = 0; i < TOKEN; i++)
        field[TOKEN + i] ^= field[i];
    return sodium_memcmp(field + TOKEN, token, TOKEN) == 0;
}
