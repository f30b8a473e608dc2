/*
 * A stand-in for Darwin's kernel: says that it runs, and what it was told. With it a boot can be tried to the end
 * without a file of anyone else's.
 */
#include "../../pxe/console.h"

/* Also what tells boot loaders, and Bootwire, which Darwin this is. */
static const char version[] = "Darwin Kernel Version 10.8.0: Bootwire stand-in " BOOTWIRE_VERSION;

/*
 * The start of what a boot loader hands over (xnu pexpert/i386/boot.h). The command line moved once: version 2
 * has four bytes of flags before it.
 */
struct boot_args {
        uint16_t revision, version;
        char command_line[1024];
};

void kernel_main(const struct boot_args *args);
void kernel_main(const struct boot_args *args)
{
        console_start(115200);
        print("%s\n", version);
        print("Boot arguments: %s\n", args->command_line + (args->version == 2 ? 4 : 0));
}
