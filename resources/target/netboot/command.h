/* What can be typed at the prompt, or stand in netboot.cfg. */
#pragma once
#include "arguments.h"
#include <stdbool.h>

/* Carries out a line, which is taken apart. False when it failed or a key was pressed to stop it. */
bool run_command(char *line, const struct options *options);
