/* A line typed at the prompt, with editing and history. */
#pragma once
#include "name.h"

/* Shows `prompt` and waits for Return. `line` is left without it, and remembered if there is anything in it. */
void read_line(const char *prompt, char line[LINE_MOST]);

/* For lines that were not typed, so that `!!` knows them. */
void remember_line(const char *line);
/* The last one; empty at first. */
const char *last_line(void);
