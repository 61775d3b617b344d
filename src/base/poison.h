/* Included on every compile command: functions that cannot know the size of what they write,
 * or that report nothing when the input is wrong. */
#ifndef BALISE_BASE_POISON_H
#define BALISE_BASE_POISON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* with clang, _FORTIFY_SOURCE makes it a macro, which cannot be poisoned */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf gets atoi strtok

#endif
