/* Where a request may go. Pure. */
#include "base/clock.h"
#include "outgoing/outgoing.h"

static bool refuse(struct str *why, const char *french)
{
    *why = str_from(french);
    return false;
}

/* The host, without its port: "data.geopf.fr", "[::1]". */
static struct str host_of(struct str rest)
{
    size_t n = 0;
    if (rest.n && rest.p[0] == '[') {
        ptrdiff_t end = str_find_char(rest, ']', 0);
        return end < 0 ? STR_NONE : str_sub(rest, 0, (size_t)end + 1);
    }
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != ':')
        n++;
    return str_sub(rest, 0, n);
}

static bool is_this_machine(struct str host)
{
    return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1]"));
}

static bool check_port(struct str rest)
{
    int64_t port;
    size_t n = 0;
    if (rest.n == 0 || rest.p[0] == '/')
        return true;
    while (n < rest.n && rest.p[n] != '/')
        n++;
    return rest.p[0] == ':' && n <= 6 && str_to_int(str_sub(rest, 1, n - 1), &port) && port > 0 && port < 65536;
}

static bool address_ok(struct str address, bool by_operator, struct str *why)
{
    enum { MOST = 300 };
    bool https = str_starts(address, STR("https://")), http = str_starts(address, STR("http://"));
    size_t scheme = https ? 8 : 7;
    if (!https && !http)
        return refuse(why, "L’adresse du service commence par https://.");
    struct str rest = str_sub(address, scheme, address.n), host = host_of(rest);
    for (size_t i = 0; i < rest.n; i++) /* no user name, no query: nothing but a place */
        if ((unsigned char)rest.p[i] <= ' ' || (unsigned char)rest.p[i] >= 127 || strchr("\"'<>\\^`{|}?#@", rest.p[i]))
            return refuse(why, "L’adresse du service s’écrit comme https://service.example/chemin, sans ? ni #.");
    if (address.n > MOST || host.n == 0 || !check_port(str_sub(rest, host.n, rest.n)))
        return refuse(why, "L’adresse du service s’écrit comme https://service.example/chemin.");
    if (http && !(by_operator && is_this_machine(host)))
        return refuse(why, "L’adresse du service commence par https://, sauf sur cette machine (http://127.0.0.1).");
    return true;
}

enum err outgoing_address_check(struct str address, bool by_operator, struct str *why)
{
    return address_ok(address, by_operator, why) ? OK : ERR_INVALID;
}

/* -- public or not -------------------------------------------------------------------------------- */

struct range {
    unsigned char octets[16];
    int bits;
};

static bool within(const unsigned char *octets, const struct range *r)
{
    int whole = r->bits / 8, rest = r->bits % 8;
    if (memcmp(octets, r->octets, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((octets[whole] ^ r->octets[whole]) >> (8 - rest)) == 0;
}

/* IANA's special-purpose registries of addresses (RFC 6890 and after): what is not for everybody. */
static const struct range private_4[] = {
    {{0}, 8},          {{10}, 8},           {{100, 64}, 10},    {{127}, 8},        {{169, 254}, 16}, {{172, 16}, 12},
    {{192, 0, 0}, 24}, {{192, 0, 2}, 24},   {{192, 88, 99}, 24}, {{192, 168}, 16}, {{198, 18}, 15},  {{198, 51, 100}, 24},
    {{203, 0, 113}, 24}, {{224}, 4},        {{240}, 4},
};
/* Among global unicast (2000::/3), those that are not, or that hold an IPv4 address (6to4, Teredo). */
static const struct range private_6[] = {
    {{0x20, 0x01}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x20, 0x02}, 16}, {{0x3f, 0xff}, 20},
};
static const struct range global_6 = {{0x20}, 3}, mapped_4 = {{[10] = 0xff, 0xff}, 96};

static bool in_any(const unsigned char *octets, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (within(octets, &ranges[i]))
            return true;
    return false;
}

bool outgoing_is_public(const unsigned char *octets, size_t n)
{
    if (n == 4)
        return !in_any(octets, private_4, sizeof private_4 / sizeof *private_4);
    if (n != 16)
        return false;
    if (within(octets, &mapped_4))
        return outgoing_is_public(octets + 12, 4);
    return within(octets, &global_6) && !in_any(octets, private_6, sizeof private_6 / sizeof *private_6);
}

/* -- Retry-After ---------------------------------------------------------------------------------- */

int outgoing_retry_after(struct str value, int64_t now_ms)
{
    int64_t seconds, at;
    value = str_trim(value);
    if (str_to_int(value, &seconds))
        return seconds < 0 ? -1 : seconds > INT32_MAX ? INT32_MAX : (int)seconds;
    if (!clock_parse_http(value, &at))
        return -1;
    seconds = (at - now_ms + 999) / 1000;
    return seconds < 0 ? 0 : seconds > INT32_MAX ? INT32_MAX : (int)seconds;
}
