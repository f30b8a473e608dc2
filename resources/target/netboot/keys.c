#include "keys.h"
#include "../pxe/console.h"

enum { CTRL_C = 3 };

static bool any, stop;

void watch_keys(void)
{
        int key = console_key();
        any = any || key != KEY_NONE;
        stop = stop || key == CTRL_C;
}

static bool taken(bool *pressed)
{
        watch_keys();
        bool was = *pressed;
        *pressed = false;
        return was;
}

bool key_was_pressed(void)
{
        return taken(&any);
}

bool stop_was_pressed(void)
{
        return taken(&stop);
}
