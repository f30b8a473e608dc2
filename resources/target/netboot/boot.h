/* A kernel with its modules: fetched, started, and back. */
#pragma once
#include "arguments.h"
#include <stdbool.h>

/*
 * `line` is `host:path arguments --- host:module arguments ...` and is taken apart. False when the kernel was not
 * started, which was said; true when it came back.
 */
bool boot(char *line, const struct options *options);
