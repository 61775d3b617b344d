#include "http/http.h"
#include "cli/cli.h"
__attribute__((weak)) void http_openapi(const struct route_table *t, size_t n, struct str a, struct str b, struct str c, struct buf *o){(void)t;(void)n;(void)a;(void)b;(void)c;buf_lit(o,"{}");}
__attribute__((weak)) int cmd_demo(struct cli*c,int a,char**v){(void)c;(void)a;(void)v;return 0;}
