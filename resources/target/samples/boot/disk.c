#include "../../pxe/realmode.h"
#include "../../pxe/string.h"
#include "../stage/entry.h"
#include "source.h"

enum { SECTOR = 512, DISK = 0x13, MOST_SECTORS = LOW_DATA_SIZE / SECTOR };

static struct {
        uint8_t drive;
        bool by_packet;
        uint32_t heads, sectors_per_track;
} disk;

bool disk_open(uint8_t drive)
{
        struct registers registers = { .eax = 0x4100, .ebx = 0x55aa, .edx = drive };
        bios_call(DISK, &registers);
        disk.drive = drive;
        disk.by_packet = !(registers.flags & CARRY_FLAG) && (uint16_t)registers.ebx == 0xaa55 && registers.ecx & 1;
        registers = (struct registers){ .eax = 0x0800, .edx = drive };
        bios_call(DISK, &registers);
        disk.heads = (registers.edx >> 8 & 0xff) + 1;
        disk.sectors_per_track = registers.ecx & 0x3f;
        return !(registers.flags & CARRY_FLAG) && disk.sectors_per_track;
}

static bool read_by_packet(uint32_t sector, uint32_t count)
{
        struct {
                uint8_t size, reserved;
                uint16_t count;
                struct far_pointer to;
                uint64_t first;
        } __attribute__((packed)) packet = { 16, 0, (uint16_t)count, low_pointer(LOW_DATA), sector };
        struct far_pointer at = low_pointer(LOW_PARAMETERS);
        memcpy(low_address(LOW_PARAMETERS), &packet, sizeof packet);
        struct registers registers = { .eax = 0x4200, .edx = disk.drive, .esi = at.offset, .ds = at.segment };
        bios_call(DISK, &registers);
        return !(registers.flags & CARRY_FLAG);
}

static bool read_by_geometry(uint32_t sector, uint32_t count)
{
        struct far_pointer to = low_pointer(LOW_DATA);
        uint32_t track = sector / disk.sectors_per_track, cylinder = track / disk.heads;
        struct registers registers = {
                .eax = 0x0200 | count,
                .ebx = to.offset,
                .ecx = (cylinder & 0xff) << 8 | (cylinder >> 2 & 0xc0) | (sector % disk.sectors_per_track + 1),
                .edx = (track % disk.heads) << 8 | disk.drive,
                .es = to.segment,
        };
        bios_call(DISK, &registers);
        return !(registers.flags & CARRY_FLAG);
}

bool disk_read(uint64_t offset, uint32_t length, void *to)
{
        uint8_t *at = to;
        while (length) {
                uint32_t sector = (uint32_t)(offset / SECTOR), skip = (uint32_t)offset % SECTOR;
                uint32_t count = (skip + length + SECTOR - 1) / SECTOR;
                if (count > MOST_SECTORS)
                        count = MOST_SECTORS;
                if (!(disk.by_packet ? read_by_packet(sector, count) : read_by_geometry(sector, count)))
                        return false;
                uint32_t bytes = count * SECTOR - skip < length ? count * SECTOR - skip : length;
                memcpy(at, (uint8_t *)low_address(LOW_DATA) + skip, bytes);
                at += bytes;
                offset += bytes;
                length -= bytes;
        }
        return true;
}
