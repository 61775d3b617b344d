#include "base/err.h"

const char *err_name(enum err e)
{
    switch (e) {
    case OK:
        return "ok";
    case ERR_NOT_FOUND:
        return "not found";
    case ERR_INVALID:
        return "invalid";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_DENIED:
        return "denied";
    case ERR_LIMIT:
        return "limit";
    case ERR_GONE:
        return "gone";
    case ERR_DB:
        return "database";
    case ERR_IO:
        return "io";
    case ERR_UNCERTAIN:
        return "uncertain";
    case ERR_BUG:
        return "bug";
    }
    return "unknown";
}
