/* What firmware calls of netboot.0: unpacks the program to where a MultiBoot loader would put it, and starts it. */
#include "../../gzip/inflate.h"
#include "../../pxe/a20.h"
#include "../../pxe/console.h"
#include "../../pxe/entry.h"
#include "../layout.h"
#include "../resident.h"

/* In payload.S. */
extern const uint8_t payload[], payload_end[];

/* Not by print(), which would be most of the stub. */
static uint32_t fail(const char *why)
{
        console_start(115200);
        while (*why)
                console_put(*why++);
        console_leave();
        return PXENV_EXIT_FAILURE;
}

ON_STACK uint32_t nbp_main(const struct nbp_entry *entry)
{
        size_t length = (size_t)(payload_end - payload);
        realmode_install(LOW_AREA);
        if (!a20_enable())
                return fail("NetBoot: the A20 gate does not open, and hides memory.\n");
        if (!gunzip(payload, length, (uint8_t *)MEGABYTE, gzip_size(payload, length)))
                return fail("NetBoot: the file was damaged on its way here.\n");
        uint32_t start = *(const uint32_t *)(MEGABYTE + 12); /* in start.S */
        __asm__ volatile("jmp *%0" : : "r"(start), "a"(STARTED_BY_STUB), "b"(entry));
        __builtin_unreachable();
}
