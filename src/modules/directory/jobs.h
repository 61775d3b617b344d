/* What the directory does by itself, in the background. Private to the module. */
#ifndef BALISE_MODULES_DIRECTORY_JOBS_H
#define BALISE_MODULES_DIRECTORY_JOBS_H

#include "jobs/jobs.h"

/* Each day: the values that imports of more than a year ago had replaced are forgotten (import/undo.c). */
enum err import_forget(struct job *job) MUST_USE;
/* A few times an hour, when the territory allows it: points of places that have an address only (geocode_run.c). */
enum err geocode_job(struct job *job) MUST_USE;

#endif
