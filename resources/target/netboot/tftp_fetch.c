#include "../net/tftp.h"
#include "../pxe/console.h"
#include "fetch.h"

bool tftp_fetch(const struct name *name, uint32_t address, struct room room, size_t *length)
{
        char path[sizeof name->directory + sizeof name->file];
        struct tftp_transfer transfer = { .into = room.at, .room = room.size, .progress = progress };
        /* Without the slash in front, which TFTP servers take for their own root or for nothing. */
        const char *directory = name->directory + 1;
        format_text(path, sizeof path, *directory ? "%s/%s" : "%s%s", directory, name->file);
        print("%s: loading...", name->file);
        if (!tftp_read(address, path, &transfer)) {
                if (transfer.error[0])
                        print("\nCan't read %s: %s.\n", path, transfer.error);
                return false;
        }
        *length = transfer.length;
        return true;
}
