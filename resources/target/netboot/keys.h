/* Keys that are pressed while something else goes on. What they are does not matter, but for Ctrl-C. */
#pragma once
#include <stdbool.h>

/* Takes in what was pressed. To be called now and then; a kernel that is started may throw away what was not. */
void watch_keys(void);
/* Whether a key was pressed, or Ctrl-C, since this was asked last. */
bool key_was_pressed(void);
bool stop_was_pressed(void);
