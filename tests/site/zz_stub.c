#include "http/http.h"
#include "cli/cli.h"
__attribute__((weak)) int cmd_demo(struct cli*c,int a,char**v){(void)c;(void)a;(void)v;return 0;}
