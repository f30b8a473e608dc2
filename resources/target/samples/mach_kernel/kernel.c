/*
 * A stand-in for Darwin's kernel: says that it runs, and what it was told. With it a boot can be tried to the end
 * without a file of anyone else's.
 */
#include "../shared/console.h"

/* Also what tells boot loaders, and Bootwire, which Darwin this is. */
static const char version[] = "Darwin Kernel Version 10.8.0: Bootwire stand-in " BOOTWIRE_VERSION;

/*
 * The start of what a boot loader hands over (xnu pexpert/i386/boot.h). The command line moved once: version 2
 * has four bytes of flags before it.
 */
enum { COMMAND_LINE = 1024 };
struct boot_args {
        uint16_t revision, version;
        char command_line[COMMAND_LINE];
};

void darwin_main(const struct boot_args *args);
void darwin_main(const struct boot_args *args)
{
        console_start();
        put(version);
        put("\nBoot arguments: ");
        put_string(args->command_line + (args->version == 2 ? 4 : 0), COMMAND_LINE);
        put("\n");
}
