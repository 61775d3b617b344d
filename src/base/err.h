/* Errors every function of Balise may return. Detail for a person (field, message) is written once,
 * where the mistake is understood; the code only says what kind it is. */
#ifndef BALISE_BASE_ERR_H
#define BALISE_BASE_ERR_H

enum err {
    OK = 0,
    ERR_NOT_FOUND, /* no such record */
    ERR_INVALID,   /* the caller's data breaks a rule */
    ERR_CONFLICT,  /* somebody else changed it, or it exists already */
    ERR_DENIED,    /* not allowed */
    ERR_LIMIT,     /* too large, too many, too fast */
    ERR_GONE,      /* existed, was removed */
    ERR_DB,        /* the database refused or failed; safe to report, not to retry blindly */
    ERR_IO,        /* file, network */
    ERR_UNCERTAIN, /* the connection was lost during COMMIT: re-check by key, never retry blindly */
    ERR_BUG        /* a state that the code holds impossible */
};

/* Short English name for logs: "not found". Never NULL. */
const char *err_name(enum err e);

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Runs `call`; returns its error from the current function if there is one. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum err try_err_ = (call);                                                                \
        if (try_err_ != OK)                                                                        \
            return try_err_;                                                                       \
    } while (0)

#endif
