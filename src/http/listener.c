/* The sockets: libmicrohttpd with epoll and a fixed pool of threads. Everything that it knows stays here. */
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connections.h"

enum {
    MAX_CONNECTIONS = 1000,
    MAX_PER_ADDRESS = 256,
    BACKLOG = 511,
    MEMORY_PER_CONNECTION = 40 * 1024,
    HELD_MAX = 256 * 1024 * 1024 /* of large answers waiting for their clients, all together */
};

struct http_listener {
    struct MHD_Daemon *daemon;
    struct connections *connections;
    int port;
};

/* One request on a socket; kept by its connection for the next one. */
struct call {
    struct http_exchange ex;
    struct connection *connection;
    const char *target_at; /* where the library read the target */
    struct buf target;     /* as sent: the library cuts and decodes its own copy */
};

static void call_free(void *slot)
{
    struct call *call = slot;
    buf_deinit(&call->target);
    free(call);
}

/* -- the head ---------------------------------------------------------------------------------------- */
/* Versions 0.9 read the head in place: they write NULs over the colons and line ends, and give pointers into it.
 * So what they skip or hide (NUL bytes, folded lines, lone CR or LF, spaces) shows as bytes between those pointers
 * that should not be there, or as a head longer than the sum of its parts. docs/decisions/0005-ambiguous-heads.md
 * Versions 1.0 refuse all that by themselves when told to be strict. */
#if MHD_VERSION >= 0x01000000
enum { READS_STRICTLY = 1 };
#define STRICTNESS {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL}
#else
enum { READS_STRICTLY = 0 };
#define STRICTNESS {MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL}
#endif

struct layout {
    const char *at; /* where the next part must begin */
    size_t length;
    bool exact;
};

static void layout_line_end(struct layout *l)
{
    l->exact = l->exact && l->at[0] == '\0' && l->at[1] == '\0'; /* were CR LF */
    l->at += 2;
    l->length += 2;
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                   const char *value, size_t value_n)
{
    struct call *call = ((void **)cls)[0];
    struct layout *l = ((void **)cls)[1];
    struct http_wire *w = &call->ex.wire;
    (void)kind;
    if (w->n_headers == HTTP_HEADERS_MAX) {
        w->too_many_headers = true;
        return MHD_NO;
    }
    w->headers[w->n_headers++] = (struct http_pair){{name, name_n}, {value ? value : "", value ? value_n : 0}};
    if (!l->exact)
        return MHD_YES;
    const char *p = name + name_n;
    l->exact = name == l->at && value && value > p && value - p < HTTP_HEAD_MAX && *p == '\0';
    for (p++; l->exact && p < value; p++)
        l->exact = *p == ' ' || *p == '\t';
    if (!l->exact)
        return MHD_YES;
    l->length += (size_t)(value - name) + value_n;
    l->at = value + value_n;
    layout_line_end(l);
    return MHD_YES;
}

static void read_head(struct call *call, struct MHD_Connection *c, const char *method, const char *version)
{
    struct http_wire *w = &call->ex.wire;
    w->method = str_from(method);
    w->version = str_from(version);
    w->peer = connection_address(call->connection);
    struct layout l = {.at = version + w->version.n};
    l.exact = !READS_STRICTLY && method + w->method.n + 1 == call->target_at && call->target_at + w->target.n + 1 == version;
    l.length = w->method.n + w->target.n + w->version.n + 2;
    if (l.exact)
        layout_line_end(&l);
    MHD_get_connection_values_n(c, MHD_HEADER_KIND, take_header, (void *[]){call, &l});
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    w->ambiguous = !READS_STRICTLY && !w->too_many_headers && (!l.exact || !size || size->header_size != l.length + 2);
}

/* -- the answer -------------------------------------------------------------------------------------- */
/* The bytes of an answer while the library sends them: it may need them longer than the request lives. */
struct sending {
    struct http_server *server;
    struct buf bytes;
    size_t held; /* counted in server->held */
};

static void sent(void *cls)
{
    struct sending *sending = cls;
    atomic_fetch_sub(&sending->server->held, sending->held);
    http_room_give(sending->server, &sending->bytes);
    free(sending);
}

/* Large answers are held until their clients took them; many clients that take none must not fill the memory of
 * the machine. */
static bool hold(struct sending *sending)
{
    struct http_server *s = sending->server;
    size_t n = sending->bytes.n;
    if (n <= HTTP_ROOM_MAX)
        return true;
    if (atomic_fetch_add(&s->held, n) + n > HELD_MAX) {
        atomic_fetch_sub(&s->held, n);
        return false;
    }
    sending->held = n;
    char *fitting = realloc(sending->bytes.p, n);
    if (fitting) {
        sending->bytes.p = fitting;
        sending->bytes.cap = n;
    }
    return true;
}

static struct MHD_Response *fixed_response(struct str bytes)
{
    return MHD_create_response_from_buffer(bytes.n, (void *)(uintptr_t)bytes.p, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *buffer_response(struct http_exchange *ex)
{
    struct sending *sending = malloc(sizeof *sending);
    struct MHD_Response *r = NULL;
    if (!sending)
        return NULL;
    *sending = (struct sending){ex->server, ex->out.buffer, 0};
    ex->out.buffer = (struct buf){0};
    if (hold(sending))
        r = MHD_create_response_from_buffer_with_free_callback_cls(sending->bytes.n, sending->bytes.p, sent, sending);
    if (r)
        return r;
    sent(sending);
    respond_plain(ex, 503);
    ex->bytes_out = ex->out.fixed.n;
    return fixed_response(ex->out.fixed);
}

static struct MHD_Response *make_response(struct http_exchange *ex)
{
    struct http_out *out = &ex->out;
    struct MHD_Response *r;
    ex->bytes_out = out->fd >= 0 ? out->size : out->buffer.p ? out->buffer.n : out->fixed.n;
    if (out->fd < 0)
        return out->buffer.p ? buffer_response(ex) : fixed_response(out->fixed);
    r = MHD_create_response_from_fd_at_offset64(out->size, out->fd, out->offset);
    if (r)
        out->fd = -1; /* the library closes it */
    return r;
}

static enum MHD_Result send_out(struct call *call, struct MHD_Connection *c)
{
    struct http_exchange *ex = &call->ex;
    struct http_out *out = &ex->out;
    struct MHD_Response *r = make_response(ex);
    if (!r)
        return MHD_NO;
    bool whole = true;
    for (size_t i = 0; i < out->n_headers && whole; i++)
        /* An empty value says nothing, and the library refuses it. */
        whole = out->headers[i].value.n == 0 ||
                MHD_add_response_header(r, out->headers[i].name.p, out->headers[i].value.p) == MHD_YES;
    if (out->close || atomic_load(&ex->server->stopping))
        whole = MHD_add_response_header(r, "Connection", "close") == MHD_YES && whole;
    exchange_release(ex);
    connection_deadline(call->connection, 0);
    enum MHD_Result queued = whole ? MHD_queue_response(c, (unsigned)out->status, r) : MHD_NO;
    MHD_destroy_response(r);
    if (!whole)
        log_error("http.header", LOG_I("status", out->status), LOG_C("id", ex->id));
    return queued;
}

/* -- what the library calls -------------------------------------------------------------------------- */
static void *on_target(void *cls, const char *uri, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    if (!connection)
        return NULL;
    void **slot = connection_slot(connection);
    struct call *call = *slot ? *slot : (*slot = calloc(1, sizeof *call));
    if (!call)
        return NULL;
    struct str target = str_from(uri);
    exchange_init(&call->ex, cls);
    call->connection = connection;
    call->target_at = uri;
    call->target.max = HTTP_URI_MAX;
    buf_clear(&call->target);
    buf_add(&call->target, target);
    /* One that is too long is refused by its length alone. */
    call->ex.wire.target = call->target.failed ? (struct str){uri, HTTP_URI_MAX + 1} : buf_str(&call->target);
    return call;
}

static size_t keep_escapes(void *cls, struct MHD_Connection *c, char *s)
{
    (void)cls;
    (void)c;
    return strlen(s);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_n, void **context)
{
    struct call *call = *context;
    (void)cls;
    (void)url;
    if (!call)
        return MHD_NO;
    switch (call->ex.step) {
    case STEP_NEW:
        call->ex.step = STEP_BODY;
        connection_deadline(call->connection, BODY_TIMEOUT_MS);
        read_head(call, c, method, version);
        if (!exchange_begin(&call->ex))
            return MHD_YES;
        call->ex.step = STEP_DONE;
        return send_out(call, c);
    case STEP_BODY:
        if (*data_n) {
            bool room = exchange_body(&call->ex, data, *data_n);
            *data_n = 0;
            return room ? MHD_YES : MHD_NO; /* a chunked body over the limit: closed */
        }
        call->ex.step = STEP_DONE;
        exchange_finish(&call->ex);
        return send_out(call, c);
    case STEP_DONE:
        break;
    }
    *data_n = 0;
    return MHD_YES;
}

static void log_request(const struct http_exchange *ex, bool whole)
{
    struct str route = ex->route ? str_from(ex->route->path) : STR("-");
    log_info("http.request", LOG_S("method", ex->wire.method), LOG_S("route", route),
             LOG_I("status", ex->out.status), LOG_I("us", clock_mono_us() - ex->started_us),
             LOG_I("bytes", ex->bytes_out), LOG_C("end", whole ? "sent" : "lost"), LOG_C("id", ex->id));
}

static void on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode why)
{
    struct call *call = *context;
    (void)cls;
    (void)c;
    if (!call)
        return;
    *context = NULL;
    connection_deadline(call->connection, HEAD_TIMEOUT_MS);
    if (call->ex.step != STEP_NEW)
        log_request(&call->ex, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    exchange_deinit(&call->ex);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            connections_remove(s->listener->connections, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *socket_context = fd && from ? connections_add(s->listener->connections, fd->connect_fd, from->client_addr) : NULL;
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t n)
{
    struct http_server *s = cls;
    (void)n;
    return !atomic_load(&s->stopping) && connections_room(s->listener->connections, from) ? MHD_YES : MHD_NO;
}

/* -- listening --------------------------------------------------------------------------------------- */
/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "*:8080" */
static bool split_listen(struct arena *a, const char *listen, const char **host, const char **port)
{
    const char *colon = strrchr(listen, ':');
    int64_t number;
    if (!colon || colon == listen || !str_to_int(str_from(colon + 1), &number) || number < 0 || number > 65535)
        return false;
    struct str name = {listen, (size_t)(colon - listen)};
    if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        name = str_sub(name, 1, name.n - 2);
    *host = str_eq(name, STR("*")) ? NULL : arena_cstr(a, name);
    *port = colon + 1;
    return true;
}

static int bind_one(const struct addrinfo *at, bool both)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1, no = 0;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &no : &yes, sizeof no);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static int bind_any(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *all;
    int fd = -1;
    errno = EADDRNOTAVAIL;
    if (getaddrinfo(host, port, &hints, &all) != 0)
        return -1;
    /* IPv6 first: without a name, its socket takes both families. */
    for (int family = 0; family < 2 && fd < 0; family++)
        for (const struct addrinfo *at = all; at && fd < 0; at = at->ai_next)
            if ((at->ai_family == AF_INET6) == ((family == 0) == (host == NULL)))
                fd = bind_one(at, host == NULL);
    freeaddrinfo(all);
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        return 0;
    return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&at)->sin6_port
                                          : ((struct sockaddr_in *)(void *)&at)->sin_port);
}

static bool is_ipv6(int fd)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof at;
    return getsockname(fd, (struct sockaddr *)&at, &n) == 0 && at.ss_family == AF_INET6;
}

/* Each client takes a descriptor; files and the database need theirs too. */
static void raise_descriptors(int connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd, unsigned threads, unsigned connections)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (is_ipv6(fd) ? (unsigned)MHD_USE_IPv6 : 0U);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_PER_CONNECTION, NULL},
        STRICTNESS,
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, s},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
        /* One thread is not a pool for the library: last, so that it can be left out. */
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, on_accept, s, on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

enum err listener_open(struct http_server *s, struct arena *a, struct str *why)
{
    const struct http_config *cfg = &s->cfg;
    const char *host, *port;
    if (!split_listen(a, cfg->listen, &host, &port)) {
        *why = arena_printf(a, "listen address \"%s\": write it as 127.0.0.1:8080, [::1]:8080 or *:8080", cfg->listen);
        return ERR_INVALID;
    }
    int fd = bind_any(host, port);
    if (fd < 0) {
        *why = arena_printf(a, "cannot listen on %s: %s", cfg->listen, strerror(errno));
        return ERR_IO;
    }
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = cfg->threads > 0 ? cfg->threads : cores > 1 ? (int)cores : 2;
    int connections = cfg->max_connections > 0 ? cfg->max_connections : MAX_CONNECTIONS;
    if (connections < threads)
        connections = threads;
    raise_descriptors(connections);
    struct http_listener *l = calloc(1, sizeof *l);
    s->listener = l;
    if (l) {
        int each = cfg->max_connections_per_address > 0 ? cfg->max_connections_per_address : MAX_PER_ADDRESS;
        l->port = port_of(fd);
        l->connections = connections_new(each, cfg->trusted_proxy, call_free);
        l->daemon = l->connections ? start_daemon(s, fd, (unsigned)threads, (unsigned)connections) : NULL;
    }
    if (l && l->daemon)
        return OK;
    *why = STR("the web server library did not start");
    if (l)
        connections_free(l->connections);
    free(l);
    s->listener = NULL;
    close(fd);
    return ERR_IO;
}

int listener_port(const struct http_server *s)
{
    return s->listener->port;
}

void listener_close(struct http_server *s, int grace_ms)
{
    struct http_listener *l = s->listener;
    int64_t until = clock_mono_us() + (int64_t)grace_ms * 1000;
    /* From now on_accept refuses, and answers close their connection. (MHD_quiesce_daemon is no way: it races
     * with the threads that wait in epoll.) */
    atomic_store(&s->stopping, true);
    while (atomic_load(&s->running) > 0 && clock_mono_us() < until)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    MHD_stop_daemon(l->daemon); /* closes the listening socket too */
    connections_free(l->connections);
    free(l);
    s->listener = NULL;
}
