/* What firmware calls of netboot.0: puts the program to where a MultiBoot loader would, and starts it. */
#include "../../pxe/a20.h"
#include "../../pxe/console.h"
#include "../../pxe/entry.h"
#include "../../pxe/string.h"
#include "../layout.h"
#include "../resident.h"

/* In payload.S. */
extern const char payload[], payload_end[];

uint32_t nbp_main(const struct nbp_entry *entry)
{
        realmode_install(LOW_AREA);
        if (!a20_enable()) {
                /* Not by print(), which would be most of the stub. */
                console_start(115200);
                for (const char *at = "NetBoot: the A20 gate does not open, and hides memory.\n"; *at; at++)
                        console_put(*at);
                console_leave();
                return PXENV_EXIT_FAILURE;
        }
        memcpy((void *)MEGABYTE, payload, (size_t)(payload_end - payload));
        uint32_t start = *(const uint32_t *)(MEGABYTE + 12); /* in start.S */
        __asm__ volatile("jmp *%0" : : "r"(start), "a"(STARTED_BY_STUB), "b"(entry));
        __builtin_unreachable();
}
