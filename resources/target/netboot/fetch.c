#include "fetch.h"
#include "../net/dns.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "keys.h"

static unsigned tenths_told;
static uint32_t looked_at;

bool progress(size_t done, size_t whole)
{
        /* In an hour's transfer the keyboard matters less than the frames. */
        if (milliseconds() - looked_at > 50) {
                looked_at = milliseconds();
                if (stop_was_pressed()) {
                        print(" interrupted.\n");
                        return true;
                }
        }
        unsigned tenths = whole >= 10 ? done / (whole / 10) : 0;
        if (whole && tenths > tenths_told && tenths < 10) {
                print(" %u%%", tenths * 10);
                tenths_told = tenths;
        }
        return false;
}

bool fetch(const struct name *name, struct room room, size_t *length)
{
        uint32_t address;
        if (!resolve_host(name->host, &address)) {
                print("Can't find the address of %s.\n", name->host);
                return false;
        }
        tenths_told = 0;
        uint32_t start = milliseconds();
        bool done = name->protocol == TFTP ? tftp_fetch(name, address, room, length) :
                                             nfs_fetch(name, address, room, length);
        if (!done)
                return false;
        uint32_t hundredths = (milliseconds() - start) / 10;
        print(" done (%u bytes, %u.%02u seconds)\n", *length, hundredths / 100, hundredths % 100);
        return true;
}
