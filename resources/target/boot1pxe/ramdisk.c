#include "ramdisk.h"
#include "../gzip/inflate.h"
#include "reserve.h"
#include "served.h"
#include "settings.h"
#include "../pxe/string.h"
#include "words.h"

#define IMAGE "boot.img"
/* MB for the image's last part of one, this program, and the firmware. */
enum { OVERHEAD = 4 };
/* Bytes behind the image: up to a whole sector, and the padding. */
enum { PADDED = SECTOR - 1 + PADDING * SECTOR };

static const uint8_t *image;

static bool read(uint32_t first, uint32_t count, uint8_t *to)
{
        memcpy(to, image + first * SECTOR, count * SECTOR);
        return true;
}

bool ramdisk_fits(uint32_t size)
{
        uint32_t needed = settings.memory + (size >> 20) + OVERHEAD;
        return needed <= reserve_total() ||
               fail("the image of %s and boot need %u MB of memory, and there are %u MB", size_text(size), needed, reserve_total());
}

/* What was loaded at the bottom of the free memory goes to where nobody else looks. */
static bool settle(const uint8_t *loaded, uint32_t length, uint32_t *size)
{
        bool packed = is_gzip(loaded, length);
        *size = packed ? gzip_size(loaded, length) : length;
        if (!ramdisk_fits(*size))
                return false;
        uint8_t *to = (uint8_t *)reserve_take(*size + PADDED, false);
        if (!to || (packed && loaded + length > to))
                return fail("there is no piece of memory for %s in one", size_text(*size));
        if (packed) {
                print("Unpacking %s to %s.\n", size_text(length), size_text(*size));
                if (!gunzip(loaded, length, to, *size))
                        return fail("its gzip packing is damaged");
        } else
                memmove(to, loaded, length);
        memset(to + *size, 0, PADDED);
        image = to;
        return true;
}

bool ramdisk_load(struct tftp *file, struct disk *disk)
{
        uint32_t room, length, size;
        uint8_t *at = (uint8_t *)reserve_largest(&room);
        /* Of a known size, and no gzip file, it could go where it stays; but that is known only afterwards. */
        if (!served_read(file, IMAGE, at, room, &length))
                return false;
        if (length < SECTOR || !settle(at, length, &size)) {
                if (length < SECTOR)
                        fail("it is too short for a disk");
                served_complain(IMAGE);
                return false;
        }
        *disk = (struct disk){ (size + PADDED) / SECTOR, read };
        return true;
}
